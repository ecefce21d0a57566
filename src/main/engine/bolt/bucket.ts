import type { CacheError } from '../../../shared/base/errors.ts';
import { isCacheError } from '../../../shared/base/errors.ts';
import type { BoltFile, BoltMeta } from './meta.ts';
import {
  type BoltPage,
  childAt,
  compareKeys,
  damagedPage,
  inlinePage,
  isBucketAt,
  keyAt,
  readPage,
  valueAt,
} from './page.ts';

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
  /** Root pages that were met → the bucket each belongs to. Two that share one may unfold to more than any walk ends. */
  readonly owners: Map<number, string>;
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

/** How far a walk has come in a page. */
interface Place {
  readonly page: BoltPage;
  next: number;
  previous?: Uint8Array;
}

/** Names a bucket: itself, and the names of those it lies in. Made to text for errors and dumps only. */
interface BucketName {
  readonly key: Uint8Array;
  readonly above: BucketName | undefined;
}

function pathOf(name: BucketName | undefined): string {
  return name === undefined ? '' : `${pathOf(name.above)}/${text.decode(name.key)}`;
}

/** The root bucket, whose tree starts at a page. */
export function createRootBucket(context: BoltContext, root: number): BoltBucket {
  return new Bucket(context, undefined, 0n, root, [root]);
}

/** A database has one for each of its keys, so it is an object of few fields and no closure. */
class Bucket implements BoltBucket {
  readonly #context: BoltContext;
  readonly #name: BucketName | undefined;
  readonly #root: number | BoltPage;
  /** Root pages of this bucket and those it lies in: a damaged file may nest a bucket in itself. */
  readonly #roots: readonly number[];
  readonly sequence: bigint;

  constructor(
    context: BoltContext,
    name: BucketName | undefined,
    sequence: bigint,
    root: number | BoltPage,
    roots: readonly number[],
  ) {
    this.#context = context;
    this.#name = name;
    this.sequence = sequence;
    this.#root = root;
    this.#roots = roots;
  }

  get path(): string {
    return pathOf(this.#name);
  }

  /** Works off a stack of its own: a generator in a generator would cost a step a level for each entry. */
  *entries(): IterableIterator<BoltEntry> {
    const start = tolerate(this.#context, () => this.#rootPage());
    if (start === undefined) return;
    const seen = new Set<number>(typeof this.#root === 'number' ? [this.#root] : undefined);
    const stack: Place[] = [{ page: start, next: 0 }];
    for (let place = stack.at(-1); place !== undefined; place = stack.at(-1)) {
      if (place.next >= place.page.count) {
        stack.pop();
        continue;
      }
      let found: BoltEntry | BoltPage;
      try {
        found = this.#step(place, seen, stack.length - 1);
      } catch (error) {
        report(this.#context, error);
        continue;
      }
      if ('key' in found) yield found;
      else stack.push({ page: found, next: 0 });
    }
  }

  get(key: string | Uint8Array): Uint8Array | undefined {
    return this.#find(key)?.value;
  }

  bucket(key: string | Uint8Array): BoltBucket | undefined {
    return this.#find(key)?.bucket;
  }

  #rootPage(): BoltPage {
    const { file, meta } = this.#context;
    return typeof this.#root === 'number' ? readPage(file, meta, this.#root) : this.#root;
  }

  /** One element further: an entry, or the page below a branch. */
  #step(place: Place, seen: Set<number>, depth: number): BoltEntry | BoltPage {
    const { page } = place;
    const { file, meta } = this.#context;
    const index = place.next;
    place.next += 1;
    const key = keyAt(file, page, index);
    if (place.previous && compareKeys(place.previous, key) >= 0)
      throw damagedPage(file, page.labelOf(), 'its keys are out of order');
    place.previous = key;
    if (page.isLeaf) return this.#entryAt(page, index, key);
    const id = childAt(page, index);
    if (depth >= MAX_DEPTH) throw damagedPage(file, String(id), 'the tree is too deep');
    if (seen.has(id)) throw damagedPage(file, String(id), 'two branches lead to it');
    seen.add(id);
    return readPage(file, meta, id);
  }

  #find(wanted: string | Uint8Array): BoltEntry | undefined {
    const key = typeof wanted === 'string' ? utf8.encode(wanted) : wanted;
    const { file, meta } = this.#context;
    return tolerate(this.#context, () => {
      let page = this.#rootPage();
      for (let depth = 0; !page.isLeaf; depth += 1) {
        if (depth >= MAX_DEPTH) throw damagedPage(file, page.labelOf(), 'the tree is too deep');
        page = readPage(file, meta, childAt(page, Math.max(0, lastAtMost(file, page, key))));
      }
      const index = lastAtMost(file, page, key);
      if (index < 0) return undefined;
      const found = keyAt(file, page, index);
      return compareKeys(found, key) === 0 ? this.#entryAt(page, index, found) : undefined;
    });
  }

  #entryAt(page: BoltPage, index: number, key: Uint8Array): BoltEntry {
    const value = valueAt(this.#context.file, page, index);
    return isBucketAt(page, index) ? { key, bucket: this.#open(key, value) } : { key, value };
  }

  /** A bucket value: the page of its root, or, where that is 0, a leaf page that lies in the value itself. */
  #open(key: Uint8Array, value: Uint8Array): BoltBucket {
    const { file } = this.#context;
    const name: BucketName = { key, above: this.#name };
    if (value.length < BUCKET_HEADER_BYTES) throw damagedPage(file, pathOf(name), 'a bucket is cut short');
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    const root = Number(view.getBigUint64(0, true));
    const sequence = view.getBigUint64(8, true);
    if (root !== 0) {
      if (this.#roots.includes(root)) throw damagedPage(file, String(root), 'a bucket lies in itself');
      const path = pathOf(name);
      const owner = this.#context.owners.get(root);
      if (owner !== undefined && owner !== path) throw damagedPage(file, String(root), 'two buckets lead to it');
      this.#context.owners.set(root, path);
      return new Bucket(this.#context, name, sequence, root, [...this.#roots, root]);
    }
    const label = () => `inside ${pathOf(name)}`;
    const page = inlinePage(file, label, value.subarray(BUCKET_HEADER_BYTES));
    if (!page.isLeaf) throw damagedPage(file, label(), 'an inline bucket that is no leaf');
    return new Bucket(this.#context, name, sequence, page, this.#roots);
  }
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
    report(context, error);
    return undefined;
  }
}

function report(context: BoltContext, error: unknown): void {
  if (!isCacheError(error, 'CORRUPT')) throw error;
  context.onDamage(error);
}
