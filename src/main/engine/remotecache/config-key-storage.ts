import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import type { CacheConfig } from '../model/cache-config.ts';
import { buildKeyGraph, inputsOf, type KeyGraph, selectorOf } from '../model/key-graph.ts';
import type { Remote, RemoteProvider, Result } from '../model/remote.ts';
import { createPresence, createRemote, type LayerStack, stackOf, stackOn } from '../model/remote.ts';
import {
  type CacheInfoLink,
  type CacheKeyStorage,
  type CacheLink,
  type CacheResult,
  inBatches,
  type KeyLink,
  readOnlyCache,
  resultNotFound,
} from '../ports/cache-key-storage.ts';
import type { CacheResultStorage } from '../ports/cache-result-storage.ts';
import { outputKey, RESOLVED_OUTPUT } from '../solver/cache-key.ts';

/** A parsed config as a solver sees it: the graph of its keys, and its results. */
export interface ConfigStorages {
  readonly keys: CacheKeyStorage;
  readonly results: CacheResultStorage;
  /** Key of a record, by its index in the config: the digest of a root, else one of its own. */
  idOf(record: number): string;
}

/** Names that mean the same in every cache, in place of numbers that mean something in this one only. */
export interface ConfigNames {
  /** Record → its key. Records with the same name are one key. */
  readonly records: readonly string[];
  /** Result in `layers` form → its id. */
  readonly results: readonly string[];
}

/**
 * The key graph of an exported cache, read-only, straight over the columns: some bytes a link, and no object a record.
 * Roots of the same digest are one key. A result whose blobs have no descriptor is none. Must agree with BuildKit
 * `cache/remotecache/v1/cachestorage.go`; ids are ours (stable for the same bytes), since upstream's are not kept anywhere.
 */
export function createConfigStorages(
  config: CacheConfig,
  descriptors: readonly Descriptor[],
  provider: RemoteProvider,
  names?: ConfigNames,
): ConfigStorages {
  const { texts, recordDigest, inputOffset } = config;
  const graph = keyGraphOf(config);
  const byDigest = new Map(descriptors.map((descriptor) => [descriptor.digest, descriptor]));
  const textOf = (index: number | undefined) => texts[index ?? 0] ?? '';
  const digestOf = (record: number) => textOf(recordDigest[record]);
  const isRoot = (record: number) => inputOffset[record] === inputOffset[record + 1];
  const idOf = (record: number) =>
    isRoot(record) ? digestOf(record) : (names?.records[record] ?? `${record}:${digestOf(record)}`);

  /** Keys that have no number in them. */
  const named = new Map<string, number[]>();
  recordDigest.forEach((_, record) => {
    if (names || isRoot(record)) append(named, idOf(record), record);
  });
  const resultsByName = new Map(names?.results.map((name, at) => [name, at]));
  const resultID = (at: number) => names?.results[at] ?? `result:${at}`;
  const resultAt = (id: string) => resultsByName.get(id) ?? Number(/^result:(\d+)$/.exec(id)?.[1] ?? Number.NaN);
  const chainsOf = new Map<number, number[]>();
  for (const [index, { record }] of config.chains.entries()) append(chainsOf, record, index);
  function recordsOf(id: string): readonly number[] {
    const known = named.get(id);
    if (known) return known;
    const record = Number(/^(\d+):/.exec(id)?.[1] ?? Number.NaN);
    return record < recordDigest.length && idOf(record) === id ? [record] : [];
  }

  function linksFrom(id: string): Omit<KeyLink, 'id'>[] {
    const links: Omit<KeyLink, 'id'>[] = [];
    for (const record of recordsOf(id)) {
      for (let at = graph.userOffset[record] ?? 0; at < (graph.userOffset[record + 1] ?? 0); at += 1) {
        const link = graph.userLink[at] ?? 0;
        const user = graph.links.record[link] ?? 0;
        const input = graph.links.input[link] ?? 0;
        const selector = selectorOf(graph, link);
        links.push({
          link: { input, output: RESOLVED_OUTPUT, digest: digestOf(user), selector },
          target: idOf(user),
        });
      }
    }
    return links;
  }
  function linksTo(id: string): CacheLink[] {
    const links: CacheLink[] = [];
    for (const record of recordsOf(id)) {
      for (const [input, alternatives] of inputsOf(graph, record).entries()) {
        for (const { source, selector } of alternatives) {
          links.push({ source: idOf(source), input, output: 0, base: digestOf(record), selector });
        }
      }
    }
    return links;
  }
  // The digests of an exported cache are record digests: a question is turned into one before it is compared.
  const isSame = (link: CacheInfoLink, wanted: CacheInfoLink, record: string) =>
    link.input === wanted.input && link.selector === wanted.selector && link.digest === record;

  function targetsOf({ id, link: wanted }: Omit<KeyLink, 'target'>): string[] {
    const record = outputKey(wanted.digest, wanted.output);
    return linksFrom(id).flatMap(({ link, target }) => (isSame(link, wanted, record) ? [target] : []));
  }

  function* allIds(): Iterable<string> {
    yield* named.keys();
    if (names) return;
    for (let record = 0; record < recordDigest.length; record += 1) if (!isRoot(record)) yield idOf(record);
  }

  const stacks = createStacks(config, byDigest);
  const isThere = createPresence(provider);
  const stackOfResult = (id: string): LayerStack | undefined => {
    const chain = config.chains[Number(/^chain:(\d+)$/.exec(id)?.[1] ?? Number.NaN)];
    return chain ? stacks.ofLayers(chain.layers) : stacks.ofLayer(config.resultLayer[resultAt(id)] ?? -1);
  };
  function* resultsOf(id: string): Iterable<CacheResult> {
    for (const record of recordsOf(id)) {
      for (let at = config.resultOffset[record] ?? 0; at < (config.resultOffset[record + 1] ?? 0); at += 1) {
        const result = resultID(at);
        if (stackOfResult(result)) yield { id: result, createdAt: textOf(config.resultCreatedAt[at]) };
      }
      for (const index of chainsOf.get(record) ?? []) {
        const chain = config.chains[index];
        if (chain && stackOfResult(`chain:${index}`)) yield { id: `chain:${index}`, createdAt: chain.createdAt };
      }
    }
  }
  function remoteOf(resultID: string): Remote | undefined {
    const stack = stackOfResult(resultID);
    return stack && isThere(stack) ? createRemote(stack, provider) : undefined;
  }
  const refuse = async (): Promise<never> => {
    throw readOnlyCache();
  };

  return {
    idOf,
    keys: {
      writable: false,
      exists: async (ids) => ids.map((id) => recordsOf(id).length > 0),
      walk: () => inBatches(allIds()),
      walkResults: async (ids) => ids.map((id) => [...resultsOf(id)]),
      async load(id, wanted) {
        for (const result of resultsOf(id)) if (result.id === wanted) return result;
        throw resultNotFound(wanted);
      },
      addResult: refuse,
      release: refuse,
      walkIDsByResult: async (resultIDs) =>
        resultIDs.map((id) => {
          const chain = config.chains[Number(/^chain:(\d+)$/.exec(id)?.[1] ?? Number.NaN)];
          const record = chain ? chain.record : recordOfResult(config, resultAt(id));
          return record === undefined ? [] : [idOf(record)];
        }),
      addLink: refuse,
      walkLinks: async (asked) => asked.map(targetsOf),
      hasLink: async (asked) => asked.map((link) => targetsOf(link).includes(link.target)),
      walkLinksAll: async (ids) => ids.map(linksFrom),
      walkBacklinks: async (ids) => ids.map(linksTo),
    },
    results: {
      save: refuse,
      async load(result) {
        const remote = remoteOf(result.id);
        if (!remote) throw resultNotFound(result.id);
        return createRemoteResult(result.id, remote);
      },
      loadRemotes: async (result) => {
        const remote = remoteOf(result.id);
        return remote ? [remote] : [];
      },
      exists: async (id) => remoteOf(id) !== undefined,
      size: (id) => stackOfResult(id)?.sizeBytes ?? -1,
    },
  };
}

/** Adds to the list under a key, without making it anew. */
function append<K>(lists: Map<K, number[]>, key: K, value: number): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

/** A result that is a stack of layers somewhere. */
function createRemoteResult(id: string, remote: Remote): Result {
  return { id: () => id, release: async () => undefined, sys: () => remote };
}

/** Layer index → its stack; `undefined` where a blob on it has no descriptor. Each layer is looked at once. */
function createStacks(config: CacheConfig, byDigest: ReadonlyMap<string, Descriptor>) {
  const known = new Map<number, LayerStack | undefined>();
  const descriptorOf = (layer: number) => byDigest.get(config.texts[config.layerBlob[layer] ?? 0] ?? '');
  function ofLayer(top: number): LayerStack | undefined {
    const open: number[] = [];
    let layer = top;
    for (; layer >= 0 && !known.has(layer); layer = config.layerParent[layer] ?? -1) open.push(layer);
    let stack = known.get(layer);
    let whole = layer < 0 || stack !== undefined;
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const descriptor = descriptorOf(next);
      whole &&= descriptor !== undefined;
      stack = whole && descriptor ? stackOn(stack, descriptor) : undefined;
      known.set(next, stack);
    }
    return stack;
  }
  function ofLayers(layers: readonly number[]): LayerStack | undefined {
    const descriptors = layers.map(descriptorOf);
    return descriptors.every((descriptor) => descriptor !== undefined) ? stackOf(descriptors) : undefined;
  }
  return { ofLayer, ofLayers };
}

function recordOfResult(config: CacheConfig, at: number): number | undefined {
  if (!(at < config.resultLayer.length)) return undefined;
  let low = 0;
  let high = config.recordDigest.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((config.resultOffset[middle + 1] ?? 0) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The links of a config, whose selectors are its texts. */
function keyGraphOf(config: CacheConfig): KeyGraph {
  const { texts, recordDigest, inputOffset, alternativeOffset, alternativeLink, alternativeSelector } = config;
  const record = new Uint32Array(alternativeLink.length);
  const input = new Uint32Array(alternativeLink.length);
  for (let user = 0; user < recordDigest.length; user += 1) {
    const first = inputOffset[user] as number;
    for (let position = first; position < (inputOffset[user + 1] as number); position += 1) {
      const from = alternativeOffset[position] as number;
      const to = alternativeOffset[position + 1] as number;
      record.fill(user, from, to);
      input.fill(position - first, from, to);
    }
  }
  const links = { record, input, source: alternativeLink, selector: alternativeSelector, selectors: texts };
  return buildKeyGraph(links, recordDigest.length);
}
