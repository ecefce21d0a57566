import { CacheError } from '../../../shared/base/errors.ts';
import type { BoltFile, BoltMeta } from './meta.ts';

const HEADER_BYTES = 16;
const ELEMENT_BYTES = 16;
const BRANCH = 0x01;
const LEAF = 0x02;
const BUCKET_FLAG = 0x01;

/** A branch or leaf page with its overflow, or the page image of an inline bucket. */
export interface BoltPage {
  /** What it is called in errors: the page id, or the bucket it lies inside. */
  labelOf(): string;
  readonly isLeaf: boolean;
  readonly count: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** The error of a page that cannot be trusted. */
export function damagedPage(file: BoltFile, label: string, what: string): CacheError {
  return new CacheError('CORRUPT', `A database page is damaged: ${what}.`, {
    subject: `${file.name}: page ${label}`,
    hint: 'What lies below this page is left out; everything else was read.',
  });
}

/**
 * Reads and checks a page: id, kind, extent, room for its elements. Must agree with bbolt `internal/common/page.go`.
 * @throws `CORRUPT` naming the page
 */
export function readPage(file: BoltFile, meta: BoltMeta, id: number): BoltPage {
  const label = String(id);
  if (id < 2 || id >= meta.highWater) throw damagedPage(file, label, 'its number is outside the database');
  const offset = id * meta.pageSize;
  if (offset + meta.pageSize > file.size) throw damagedPage(file, label, 'it lies behind the end of the file');
  const header = file.readAt(offset, HEADER_BYTES);
  const view = new DataView(header.buffer, header.byteOffset, HEADER_BYTES);
  if (view.getBigUint64(0, true) !== BigInt(id)) throw damagedPage(file, label, 'it says that it is another page');
  const overflow = view.getUint32(12, true);
  const length = (1 + overflow) * meta.pageSize;
  if (id + overflow >= meta.highWater || offset + length > file.size) {
    throw damagedPage(file, label, 'it runs over the end of the file');
  }
  return checkedPage(file, () => label, file.readAt(offset, length));
}

/**
 * Checks the page image inside a bucket value. A database has as many as keys: `label` is only asked for errors.
 * @throws `CORRUPT` naming the bucket
 */
export function inlinePage(file: BoltFile, label: () => string, bytes: Uint8Array): BoltPage {
  if (bytes.length < HEADER_BYTES) throw damagedPage(file, label(), 'an inline bucket is cut short');
  return checkedPage(file, label, bytes);
}

function checkedPage(file: BoltFile, labelOf: () => string, from: Uint8Array): BoltPage {
  // A Buffer makes its slices much more slowly, and a page is cut into hundreds.
  const bytes = new Uint8Array(from.buffer, from.byteOffset, from.byteLength);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = view.getUint16(8, true);
  if (flags !== BRANCH && flags !== LEAF)
    throw damagedPage(file, labelOf(), `it is neither branch nor leaf (flags ${flags})`);
  const count = view.getUint16(10, true);
  if (HEADER_BYTES + count * ELEMENT_BYTES > bytes.length)
    throw damagedPage(file, labelOf(), 'it has no room for its elements');
  if (flags === BRANCH && count === 0) throw damagedPage(file, labelOf(), 'a branch without children');
  return { labelOf, isLeaf: flags === LEAF, count, bytes, view };
}

function slice(file: BoltFile, page: BoltPage, start: number, length: number): Uint8Array {
  if (start + length > page.bytes.length) throw damagedPage(file, page.labelOf(), 'an element points behind its end');
  return page.bytes.subarray(start, start + length);
}

/** Key of element `index` of either kind of page. @throws `CORRUPT` */
export function keyAt(file: BoltFile, page: BoltPage, index: number): Uint8Array {
  const element = HEADER_BYTES + index * ELEMENT_BYTES;
  // Branch elements are pos, ksize, page; leaf elements flags, pos, ksize, vsize. `pos` counts from the element itself.
  const at = page.isLeaf ? element + 4 : element;
  return slice(file, page, element + page.view.getUint32(at, true), page.view.getUint32(at + 4, true));
}

/** Page id below element `index` of a branch. */
export function childAt(page: BoltPage, index: number): number {
  return Number(page.view.getBigUint64(HEADER_BYTES + index * ELEMENT_BYTES + 8, true));
}

/** Value of element `index` of a leaf. @throws `CORRUPT` */
export function valueAt(file: BoltFile, page: BoltPage, index: number): Uint8Array {
  const element = HEADER_BYTES + index * ELEMENT_BYTES;
  const start = element + page.view.getUint32(element + 4, true) + page.view.getUint32(element + 8, true);
  return slice(file, page, start, page.view.getUint32(element + 12, true));
}

/** Whether the value of element `index` of a leaf is a bucket. */
export function isBucketAt(page: BoltPage, index: number): boolean {
  return (page.view.getUint32(HEADER_BYTES + index * ELEMENT_BYTES, true) & BUCKET_FLAG) !== 0;
}

/** Bytewise order, as bbolt keeps its keys. */
export function compareKeys(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
