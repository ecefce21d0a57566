import { throwIfAborted } from '../../../shared/base/errors.ts';
import { compareTimes } from '../model/compare-times.ts';
import type { Remote } from '../model/remote.ts';
import type { CacheKeyStorage } from '../ports/cache-key-storage.ts';
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

/**
 * Exports one key: its record, its best result as the mode says, and every chain of links that leads to it, alternatives
 * that other builds left included. Must agree with BuildKit `solver/exporter.go`. Each key is exported once for a target;
 * a loop of links is cut where it closes.
 *
 * Works off a list, not by recursion, so that a chain of any length goes through.
 */
export function createKeyExporter(parts: KeyExporterParts, key: CacheKey): CacheExporter {
  return {
    async exportTo(target, options) {
      const start = key.id ?? outputKey(key.digest, key.output);
      const exported = exportedOf(target);
      const first = node(exported, target, start, outputKey(key.digest, key.output));
      // After a result was found in min mode, what it needs goes only where it can be transferred already.
      const open: { id: string; digest: string; record: CacheExporterRecord; mode: CacheExportMode }[] = [];
      const visit = (id: string, digest: string, record: CacheExporterRecord, mode: CacheExportMode) => {
        const mark = `${parts.manager.id()}\0${id}\0${digest}`;
        if (target.visited(mark)) return;
        target.visit(mark);
        open.push({ id, digest, record, mode });
      };
      visit(start, outputKey(key.digest, key.output), first, options.mode);
      for (let at = 0; at < open.length; at += 1) {
        throwIfAborted(options.signal);
        const { id, digest, record, mode } = open[at] as (typeof open)[number];
        const links = [...parts.keys.walkBacklinks(id)].filter(({ link }) => link.digest === digest);
        const remote =
          links.length > 0 || options.exportRoots === true
            ? await bestRemote(parts, id, { ...options, mode })
            : undefined;
        if (remote) record.addResult(remote.createdAt, remote.remote);
        const below = mode === 'min' && remote ? 'remoteOnly' : mode;
        for (const { source, link } of links) {
          for (const sourceDigest of recordDigests(parts.keys, source)) {
            const from = node(exported, target, source, sourceDigest);
            record.linkFrom(from, link.input, link.selector);
            visit(source, sourceDigest, from, below);
          }
        }
      }
      return [first];
    },
  };
}

/** The records a key stands for: its own digest for a root, else every digest that a link names it by. */
function recordDigests(keys: CacheKeyStorage, id: string): Set<string> {
  const digests = new Set<string>();
  for (const { link } of keys.walkBacklinks(id)) digests.add(link.digest);
  if (digests.size === 0) digests.add(id);
  return digests;
}

async function bestRemote(
  { keys, results }: KeyExporterParts,
  id: string,
  options: CacheExportOpt,
): Promise<{ readonly createdAt: string; readonly remote: Remote } | undefined> {
  const newestFirst = [...keys.walkResults(id)].sort((a, b) => compareTimes(b.createdAt, a.createdAt));
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
