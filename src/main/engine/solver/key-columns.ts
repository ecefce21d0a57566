import { CacheError } from '../../../shared/base/errors.ts';
import type { CacheConfig } from '../model/cache-config.ts';
import type { CacheKeyStorage, KeyLink } from '../ports/cache-key-storage.ts';
import { outputKey } from './cache-key.ts';

/** A result of a record: its top layer, an index into the layers that are given beside, and its time. */
export interface ColumnResult {
  readonly layer: number;
  readonly createdAt: string;
}

/** The layers that results stand on, as in `CacheConfig`: blob digests, and what lies below each (-1 at the bottom). */
export interface ColumnLayers {
  readonly blob: readonly string[];
  readonly parent: readonly number[];
}

/** A key graph as columns. */
export interface KeyColumns {
  readonly config: CacheConfig;
  /** Record → the key it stands for. A key that several operations lead to is a record for each of their digests. */
  readonly keys: readonly string[];
  /** Links that no build makes and that are left out. */
  readonly badLinks: number;
}

/** No operation has more inputs; what says so is damaged. */
const MOST_INPUTS = 65_536;
/** Input positions of all records: gaps count, so that damage cannot ask for all memory. */
const MOST_POSITIONS = 1 << 24;

/**
 * Reads the graph of a key storage as the columns a catalog is made from, in one pass over its links: time is linear, whatever
 * the number of users a key has. Records are in the order of keys and digests: the same bytes give the same numbers.
 *
 * A key is found by the digests that links name it by; one that no link leads to is a root, and its id is its digest. Must
 * agree with `createKeyExporter`, which does the same for one key.
 *
 * @param resultsOf the results of a key that have layers
 * @throws `CORRUPT` when links name more inputs than fit
 */
export async function keyColumns(
  storage: CacheKeyStorage,
  layers: ColumnLayers,
  resultsOf: (key: string) => readonly ColumnResult[],
): Promise<KeyColumns> {
  const texts = createTexts();
  const records = createRecords();
  const link: {
    readonly source: number[];
    readonly user: number[];
    readonly input: number[];
    readonly selector: number[];
  } = { source: [], user: [], input: [], selector: [] };
  const outputs = createOutputKeys();
  let badLinks = 0;
  const add = (source: number, { link: found, target }: Omit<KeyLink, 'id'>): void => {
    const { input, output, digest, selector } = found;
    if (!isIndex(input, MOST_INPUTS) || !Number.isSafeInteger(output) || digest === '') {
      badLinks += 1;
      return;
    }
    link.source.push(source);
    link.user.push(records.recordOf(target, outputs(digest, output)));
    link.input.push(input);
    link.selector.push(texts.of(selector));
  };
  for await (const batch of storage.walk()) {
    const links = await storage.walkLinksAll(batch);
    for (const [at, key] of batch.entries()) {
      const source = records.keyOf(key);
      for (const found of links[at] ?? []) add(source, found);
    }
  }
  const { order, keys, digests, recordsOfKey } = records.finish();
  const count = order.length;

  // Links by user, then by input, then in the order they were met: that of the storage.
  const width = new Uint32Array(count);
  link.user.forEach((user, at) => {
    const record = order[user] as number;
    width[record] = Math.max(width[record] as number, (link.input[at] as number) + 1);
  });
  const inputOffset = offsetsOf(width);
  const positions = inputOffset[count] as number;
  if (positions > MOST_POSITIONS) {
    throw new CacheError('CORRUPT', 'The links name more inputs than any build has.', {
      subject: 'links',
      hint: 'The database was changed or damaged. Take another copy of it.',
    });
  }
  const positionOf = (at: number) =>
    (inputOffset[order[link.user[at] as number] as number] as number) + (link.input[at] as number);
  const alternatives = new Uint32Array(positions);
  link.source.forEach((source, at) => {
    const position = positionOf(at);
    alternatives[position] = (alternatives[position] as number) + (recordsOfKey[source]?.length ?? 0);
  });
  const alternativeOffset = offsetsOf(alternatives);
  const next = alternativeOffset.slice();
  const alternativeLink = new Uint32Array(alternativeOffset[positions] as number);
  const alternativeSelector = new Uint32Array(alternativeLink.length);
  link.source.forEach((source, at) => {
    const position = positionOf(at);
    for (const record of recordsOfKey[source] ?? []) {
      const place = next[position] as number;
      next[position] = place + 1;
      alternativeLink[place] = record;
      alternativeSelector[place] = link.selector[at] as number;
    }
  });

  const resultOffset = new Uint32Array(count + 1);
  const resultLayer: number[] = [];
  const resultCreatedAt: number[] = [];
  keys.forEach((key, record) => {
    for (const { layer, createdAt } of resultsOf(key)) {
      resultLayer.push(layer);
      resultCreatedAt.push(texts.of(createdAt));
    }
    resultOffset[record + 1] = resultLayer.length;
  });
  const config: CacheConfig = {
    layerBlob: Uint32Array.from(layers.blob, texts.of),
    layerParent: Int32Array.from(layers.parent),
    layerAnnotations: new Map(),
    recordDigest: Uint32Array.from(digests, texts.of),
    inputOffset,
    alternativeOffset,
    alternativeLink,
    alternativeSelector,
    resultOffset,
    resultLayer: Uint32Array.from(resultLayer),
    resultCreatedAt: Uint32Array.from(resultCreatedAt),
    chains: [],
    texts: texts.list,
  };
  return { config, keys, badLinks };
}

/** Keys as they are met, and the records that links make of them. */
function createRecords() {
  const numbers = new Map<string, number>();
  const ids: string[] = [];
  /** Key → digest → record, in the order met. Most keys have one. */
  const byKey: Map<string, number>[] = [];
  const keyOfRecord: number[] = [];
  const digestOfRecord: string[] = [];
  const keyOf = (id: string): number => {
    const known = numbers.get(id);
    if (known !== undefined) return known;
    numbers.set(id, ids.length);
    byKey.push(new Map());
    return ids.push(id) - 1;
  };
  const add = (key: number, digest: string): number => {
    const known = byKey[key]?.get(digest);
    if (known !== undefined) return known;
    byKey[key]?.set(digest, keyOfRecord.length);
    digestOfRecord.push(digest);
    return keyOfRecord.push(key) - 1;
  };
  return {
    keyOf,
    recordOf: (id: string, digest: string) => add(keyOf(id), digest),
    /** `order`: record as met → its number. The rest by number. */
    finish() {
      for (const [key, id] of ids.entries()) if (byKey[key]?.size === 0) add(key, id);
      const order = new Uint32Array(keyOfRecord.length);
      const keys: string[] = [];
      const digests: string[] = [];
      // Sorted, since keys are met in the order of links too.
      const sorted = [...ids.keys()].sort((a, b) => ((ids[a] as string) < (ids[b] as string) ? -1 : 1));
      const recordsOfKey: number[][] = new Array(ids.length);
      for (const key of sorted) {
        recordsOfKey[key] = [...(byKey[key] ?? [])]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([digest, met]) => {
            order[met] = keys.length;
            digests.push(digest);
            return keys.push(ids[key] as string) - 1;
          });
      }
      return { order, keys, digests, recordsOfKey };
    },
  };
}

/** Operations have several users, and hashing is the dearest part of a link. */
function createOutputKeys(): (digest: string, output: number) => string {
  const known = new Map<string, string>();
  return (digest, output) => {
    const name = `${digest}@${output}`;
    const key = known.get(name) ?? outputKey(digest, output);
    known.set(name, key);
    return key;
  };
}

function createTexts() {
  const list = [''];
  const index = new Map([['', 0]]);
  const of = (text: string): number => {
    const known = index.get(text);
    if (known !== undefined) return known;
    index.set(text, list.length);
    return list.push(text) - 1;
  };
  return { list, of };
}

function isIndex(value: number, below: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value < below;
}

function offsetsOf(counts: Uint32Array): Uint32Array {
  const offsets = new Uint32Array(counts.length + 1);
  for (let i = 0; i < counts.length; i += 1) offsets[i + 1] = (offsets[i] as number) + (counts[i] as number);
  return offsets;
}
