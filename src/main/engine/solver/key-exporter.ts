import { throwIfAborted } from '../../../shared/base/errors.ts';
import { compareTimes } from '../model/compare-times.ts';
import type { Remote } from '../model/remote.ts';
import type { CacheKeyStorage, CacheLink, CacheResult } from '../ports/cache-key-storage.ts';
import type { CacheResultStorage } from '../ports/cache-result-storage.ts';
import { type CacheKey, outputKey } from './cache-key.ts';
import type {
  CacheExporter,
  CacheExporterRecord,
  CacheExporterTarget,
  CacheExportMode,
  CacheExportOpt,
  CacheManager,
} from './types.ts';

/** What an exporter reads from. */
export interface KeyExporterParts {
  readonly manager: CacheManager;
  readonly keys: CacheKeyStorage;
  readonly results: CacheResultStorage;
}

/** A record on its way out. */
interface Leaving {
  readonly id: string;
  readonly digest: string;
  readonly record: CacheExporterRecord;
  readonly mode: CacheExportMode;
}

/**
 * Creates the exporter of one key: its record, its best result as the mode says, and every chain of links that leads to it,
 * alternatives that other builds left included. Must agree with BuildKit `solver/exporter.go`. Each key is exported once
 * for a target; a loop of links is cut where it closes.
 *
 * Works off level by level, not by recursion, so that a chain of any length goes through; a level is a batch.
 */
export function createKeyExporter(parts: KeyExporterParts, key: CacheKey): CacheExporter {
  return {
    async exportTo(target, options) {
      const exported = exportedOf(target);
      const digest = outputKey(key.digest, key.output);
      const start = key.id ?? digest;
      const first = node(exported, target, start, digest);
      let next: Leaving[] = [];
      const visit = (leaving: Leaving) => {
        const mark = `${parts.manager.id()}\0${leaving.id}\0${leaving.digest}`;
        if (target.visited(mark)) return;
        target.visit(mark);
        next.push(leaving);
      };
      visit({ id: start, digest, record: first, mode: options.mode });
      let backlinks: Backlinks = new Map([[start, (await parts.keys.walkBacklinks([start]))[0] ?? []]]);
      while (next.length > 0) {
        const level = next;
        next = [];
        const results = await resultsOf(parts.keys, level);
        const below = await backlinksOf(parts.keys, sourcesOf(level, backlinks));
        for (const { id, digest, record, mode } of level) {
          throwIfAborted(options.signal);
          const links = (backlinks.get(id) ?? []).filter(({ base }) => base === digest);
          const isExported = links.length > 0 || options.exportRoots === true;
          const remote = isExported ? await bestRemote(parts, results.get(id) ?? [], { ...options, mode }) : undefined;
          if (remote) record.addResult(remote.createdAt, remote.remote);
          // After a result was found in min mode, what it needs goes only where it can be transferred already.
          const modeBelow = mode === 'min' && remote ? 'remoteOnly' : mode;
          for (const { source, input, selector } of links) {
            for (const sourceDigest of recordDigests(source, below)) {
              const from = node(exported, target, source, sourceDigest);
              record.linkFrom(from, input, selector);
              visit({ id: source, digest: sourceDigest, record: from, mode: modeBelow });
            }
          }
        }
        backlinks = below;
      }
      return [first];
    },
  };
}

type Backlinks = ReadonlyMap<string, readonly CacheLink[]>;

async function backlinksOf(keys: CacheKeyStorage, ids: readonly string[]): Promise<Backlinks> {
  const answers = await keys.walkBacklinks(ids);
  return new Map(ids.map((id, at) => [id, answers[at] ?? []]));
}

async function resultsOf(
  keys: CacheKeyStorage,
  level: readonly Leaving[],
): Promise<ReadonlyMap<string, readonly CacheResult[]>> {
  const ids = [...new Set(level.map(({ id }) => id))];
  const answers = await keys.walkResults(ids);
  return new Map(ids.map((id, at) => [id, answers[at] ?? []]));
}

/** The keys that lead to a level, each once. */
function sourcesOf(level: readonly Leaving[], backlinks: Backlinks): string[] {
  const sources = new Set<string>();
  for (const { id } of level) for (const { source } of backlinks.get(id) ?? []) sources.add(source);
  return [...sources];
}

/** The records a key stands for: its own digest for a root, else every digest that a link names it by. */
function recordDigests(id: string, backlinks: Backlinks): Set<string> {
  const digests = new Set(backlinks.get(id)?.map(({ base }) => base));
  if (digests.size === 0) digests.add(id);
  return digests;
}

async function bestRemote(
  { results }: KeyExporterParts,
  found: readonly CacheResult[],
  options: CacheExportOpt,
): Promise<{ readonly createdAt: string; readonly remote: Remote } | undefined> {
  const newestFirst = found.toSorted((a, b) => compareTimes(b.createdAt, a.createdAt));
  for (const result of newestFirst) {
    if (!(await results.exists(result.id))) continue;
    const [remote] = await results.loadRemotes(result, options.signal);
    if (remote) return { createdAt: result.createdAt, remote };
    if (options.mode === 'remoteOnly' || !options.convert) continue;
    const converted = await options.convert(await results.load(result, options.signal), options.signal);
    if (converted) return { createdAt: result.createdAt, remote: converted };
  }
  return undefined;
}

// What a target has received so far, so that two exporters into one target share records.
const exportedByTarget = new WeakMap<CacheExporterTarget, Map<string, CacheExporterRecord>>();

function exportedOf(target: CacheExporterTarget): Map<string, CacheExporterRecord> {
  const known = exportedByTarget.get(target) ?? new Map<string, CacheExporterRecord>();
  exportedByTarget.set(target, known);
  return known;
}

function node(
  exported: Map<string, CacheExporterRecord>,
  target: CacheExporterTarget,
  id: string,
  digest: string,
): CacheExporterRecord {
  const name = `${id}\0${digest}`;
  const record = exported.get(name) ?? target.add(digest);
  exported.set(name, record);
  return record;
}
