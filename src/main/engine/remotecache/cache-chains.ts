import { CacheError } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import type { CacheConfig } from '../model/cache-config.ts';
import type { Remote, RemoteProvider } from '../model/remote.ts';
import { createPresence, type LayerStack, stackOf } from '../model/remote.ts';
import type { CacheExporterRecord, CacheExporterTarget } from '../solver/types.ts';
import { type ChainResult, createChainsBuilder, type ItemLink, newer } from './chains-builder.ts';
import { numberLayers } from './number-layers.ts';
import { sortCacheConfig } from './sort.ts';

/** A config in canonical order, and the descriptor of every blob that it names. */
export interface MarshalledChains {
  readonly config: CacheConfig;
  readonly descriptors: ReadonlyMap<string, Descriptor>;
}

interface Chain extends CacheExporterRecord {
  readonly digest: string;
  readonly results: { readonly createdAt: string; readonly remote: Remote }[];
  /** Input position → what it is found from. Positions may come in any order. */
  readonly links: Map<number, { readonly source: Chain; readonly selector: string }[]>;
}

/**
 * Collects an export: records, links and results in any order, with duplicates. `marshal` makes of them what BuildKit
 * v0.25 and later would write: records that are found the same way are one, loops are cut where they close, of several
 * results of a record the newest counts, and a result whose blobs are not there is left out.
 *
 * Must agree with BuildKit `cache/remotecache/v1/chains.go` and `utils.go`. The order of insertion makes no difference.
 */
export class CacheChains implements CacheExporterTarget {
  readonly #chains: Chain[] = [];
  readonly #visited = new Set<unknown>();

  add(digest: string): CacheExporterRecord {
    const chain: Chain = {
      digest,
      results: [],
      links: new Map(),
      addResult: (createdAt, remote) => {
        chain.results.push({ createdAt, remote });
      },
      linkFrom: (source, index, selector) => {
        if (!this.#own(source)) {
          throw new CacheError('INVALID_INPUT', 'A record can only be linked from one of the same export.', {
            subject: digest,
          });
        }
        const links = chain.links.get(index) ?? [];
        links.push({ source: source as Chain, selector });
        chain.links.set(index, links);
      },
    };
    this.#chains.push(chain);
    this.#members.add(chain);
    return chain;
  }

  readonly #members = new WeakSet<CacheExporterRecord>();
  #own(record: CacheExporterRecord): boolean {
    return this.#members.has(record);
  }

  visit(target: unknown): void {
    this.#visited.add(target);
  }

  visited(target: unknown): boolean {
    return this.#visited.has(target);
  }

  /** @throws `CORRUPT` when a record has a gap in its input positions */
  marshal(): MarshalledChains {
    const builder = createChainsBuilder();
    const items = new Map<Chain, number | undefined>();
    for (const level of levelsOf(this.#chains)) {
      // Within a level nothing depends on the order but which of two equal records comes first: sort by what they are.
      const found = level.map((chain) => ({ chain, inputs: inputsOf(chain, items) }));
      const named = found.map((one) => ({ ...one, name: nameOf(one.chain.digest, one.inputs, builder.find) }));
      named.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
      for (const { chain, inputs } of named) {
        // An input that only a loop led to has nothing left, and a record that cannot be found is not written.
        const findable = !chain.digest.startsWith('random:') && inputs.every((alternatives) => alternatives.length > 0);
        items.set(chain, findable ? builder.add(chain.digest, inputs, this.#best(chain)) : undefined);
      }
    }
    const { config, descriptors } = builder.build();
    return { config: sortCacheConfig(numberLayers(config)), descriptors };
  }

  readonly #presence = new Map<RemoteProvider, (stack: LayerStack) => boolean>();

  /** The newest result whose blobs are all there. */
  #best({ results }: Chain): ChainResult | undefined {
    let newest: ChainResult | undefined;
    for (const { createdAt, remote } of results) {
      const stack = remote.stack ?? stackOf(remote.descriptors);
      const isThere = this.#presence.get(remote.provider) ?? createPresence(remote.provider);
      this.#presence.set(remote.provider, isThere);
      if (!stack || !isThere(stack)) continue;
      newest = newer(newest, { createdAt, stack });
    }
    return newest;
  }
}

/** What a record is found by, as text that sorts the same whatever the order of insertion. */
function nameOf(digest: string, inputs: readonly (readonly ItemLink[])[], find: (item: number) => number): string {
  const parts = inputs.map((alternatives) =>
    alternatives
      .map(({ item, selector }) => `${String(find(item)).padStart(10, '0')} ${selector}`)
      .sort()
      .join('|'),
  );
  return [digest, ...parts].join('\n');
}

function inputsOf(chain: Chain, items: ReadonlyMap<Chain, number | undefined>): ItemLink[][] {
  return Array.from({ length: chain.links.size }, (_, input) => {
    const alternatives = chain.links.get(input);
    if (!alternatives) {
      throw new CacheError('CORRUPT', `A record has no link at input ${input} but one behind it.`, {
        subject: chain.digest,
      });
    }
    return alternatives.flatMap(({ source, selector }) => {
      const item = items.get(source);
      return item === undefined ? [] : [{ item, selector }];
    });
  });
}

/**
 * The chains by how many links lie below them: whatever a chain links from is in an earlier level. A link that closes a
 * loop does not count. Works off a list: chains may be deep.
 */
function levelsOf(chains: readonly Chain[]): Chain[][] {
  const level = new Map<Chain, number>();
  const open: Chain[] = [];
  const inProgress = new Set<Chain>();
  for (const start of [...chains].sort((a, b) => (a.digest < b.digest ? -1 : a.digest > b.digest ? 1 : 0))) {
    open.push(start);
    for (let chain = open.at(-1); chain !== undefined; chain = open.at(-1)) {
      // Met again by way of another: with many links and many users, looking at them each time would take long.
      if (level.has(chain)) {
        open.pop();
        continue;
      }
      const sources = [...chain.links.values()].flat().map((link) => link.source);
      if (!inProgress.has(chain)) {
        inProgress.add(chain);
        // One by one: there may be more than a call takes arguments.
        for (const source of sources) if (!level.has(source) && !inProgress.has(source)) open.push(source);
        continue;
      }
      open.pop();
      inProgress.delete(chain);
      level.set(
        chain,
        sources.reduce((most, source) => Math.max(most, (level.get(source) ?? -1) + 1), 0),
      );
    }
  }
  const levels: Chain[][] = [];
  for (const [chain, number] of level) {
    const members = levels[number] ?? [];
    members.push(chain);
    levels[number] = members;
  }
  return levels;
}
