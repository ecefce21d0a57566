import type { CacheError } from '../../../shared/base/errors.ts';
import { isCacheError } from '../../../shared/base/errors.ts';
import type { BoltFile, BoltMeta } from './meta.ts';
import { type BoltPage, childAt, compareKeys, damagedPage, inlinePage, keyAt, readPage, valueAt } from './page.ts';

/** Deeper than any real tree: 2^64 keys would fit. */
const MAX_DEPTH = 64;
const BUCKET_HEADER_BYTES = 16;
const text = new TextDecoder();
const utf8 = new TextEncoder();

/** One key of a bucket: a value, or a bucket of its own. */
export type BoltEntry =
  | { readonly key: Uint8Array; readonly value: Uint8Array; readonly bucket?: undefined }
  | { readonly key: Uint8Array; readonly bucket: BoltBucket; readonly value?: undefined };

/** What every bucket of one database shares: the file, its meta and the pages that were found damaged. */
export interface BoltContext {
  readonly file: BoltFile;
  readonly meta: BoltMeta;
  /** Called for each page that is left out. */
  readonly onDamage: (error: CacheError) => void;
}

/** A bucket, read-only. Iteration is in key order; a damaged page is reported and left out. */
export interface BoltBucket {
  /** Its path from the root, for errors and dumps: `/_links/sha256:…`. */
  readonly path: string;
  readonly sequence: bigint;
  entries(): IterableIterator<BoltEntry>;
  /** The value of a key; `undefined` when it is absent or a bucket. Damaged pages on the way count as absent. */
  get(key: string | Uint8Array): Uint8Array | undefined;
  /** The bucket under a key; `undefined` when it is absent or a value. */
  bucket(key: string | Uint8Array): BoltBucket | undefined;
}

/**
 * The bucket whose tree starts at a page: the root of the database, or a bucket that is not inline. `above` are the root
 * pages of the buckets it lies in: a damaged file may nest a bucket in itself.
 */
export function createBucket(
  context: BoltContext,
  path: string,
  sequence: bigint,
  root: number | BoltPage,
  above: readonly number[] = [],
): BoltBucket {
  const { file, meta } = context;
  const within = typeof root === 'number' ? [...above, root] : above;
  const rootPage = () => (typeof root === 'number' ? readPage(file, meta, root) : root);
  const entryAt = (page: BoltPage, index: number): BoltEntry => {
    const key = keyAt(file, page, index);
    const { value, isBucket } = valueAt(file, page, index);
    return isBucket
      ? { key, bucket: openValue(context, `${path}/${text.decode(key)}`, value, within) }
      : { key, value };
  };

  function* walk(page: BoltPage, seen: Set<number>, depth: number): IterableIterator<BoltEntry> {
    let previous: Uint8Array | undefined;
    for (let index = 0; index < page.count; index += 1) {
      const inner = tolerate(context, () => {
        const key = keyAt(file, page, index);
        if (previous && compareKeys(previous, key) >= 0)
          throw damagedPage(file, page.label, 'its keys are out of order');
        previous = key;
        return page.isLeaf ? entryAt(page, index) : childPage(page, index, seen, depth);
      });
      if (!inner) continue;
      if ('key' in inner) yield inner;
      else yield* walk(inner, seen, depth + 1);
    }
  }

  function childPage(page: BoltPage, index: number, seen: Set<number>, depth: number): BoltPage {
    const id = childAt(page, index);
    if (depth >= MAX_DEPTH) throw damagedPage(file, String(id), 'the tree is too deep');
    if (seen.has(id)) throw damagedPage(file, String(id), 'two branches lead to it');
    seen.add(id);
    return readPage(file, meta, id);
  }

  function find(key: Uint8Array): BoltEntry | undefined {
    return tolerate(context, () => {
      let page = rootPage();
      for (let depth = 0; !page.isLeaf; depth += 1) {
        if (depth >= MAX_DEPTH) throw damagedPage(file, page.label, 'the tree is too deep');
        page = readPage(file, meta, childAt(page, Math.max(0, lastAtMost(file, page, key))));
      }
      const index = lastAtMost(file, page, key);
      return index >= 0 && compareKeys(keyAt(file, page, index), key) === 0 ? entryAt(page, index) : undefined;
    });
  }

  const asKey = (key: string | Uint8Array) => (typeof key === 'string' ? utf8.encode(key) : key);
  return {
    path,
    sequence,
    *entries() {
      const page = tolerate(context, rootPage);
      if (page) yield* walk(page, new Set(typeof root === 'number' ? [root] : []), 0);
    },
    get: (key) => find(asKey(key))?.value,
    bucket: (key) => find(asKey(key))?.bucket,
  };
}

/** A bucket value: the page of its root, or, where that is 0, a leaf page that lies in the value itself. */
function openValue(context: BoltContext, path: string, value: Uint8Array, above: readonly number[]): BoltBucket {
  if (value.length < BUCKET_HEADER_BYTES) throw damagedPage(context.file, path, 'a bucket is cut short');
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const root = Number(view.getBigUint64(0, true));
  const sequence = view.getBigUint64(8, true);
  if (root !== 0) {
    if (above.includes(root)) throw damagedPage(context.file, String(root), 'a bucket lies in itself');
    return createBucket(context, path, sequence, root, above);
  }
  const page = inlinePage(context.file, `inside ${path}`, value.subarray(BUCKET_HEADER_BYTES));
  if (!page.isLeaf) throw damagedPage(context.file, `inside ${path}`, 'an inline bucket that is no leaf');
  return createBucket(context, path, sequence, page, above);
}

/** Index of the last element whose key is at most `key`; -1 when all are greater. */
function lastAtMost(file: BoltFile, page: BoltPage, key: Uint8Array): number {
  let low = 0;
  let high = page.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(keyAt(file, page, middle), key) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Runs a step that may meet a damaged page; the damage is reported and the step left out. */
function tolerate<T>(context: BoltContext, step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    if (!isCacheError(error, 'CORRUPT')) throw error;
    context.onDamage(error);
    return undefined;
  }
}
