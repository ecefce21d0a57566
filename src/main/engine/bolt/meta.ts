import { CacheError } from '../../../shared/base/errors.ts';

/** Positional reads of a bbolt file. Synchronous: pages are small and a walk touches each once. */
export interface BoltFile {
  /** What the file is called in errors. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Exactly `length` bytes from `offset`; the caller has checked that they are inside the file. The bytes stay valid. */
  readAt(offset: number, length: number): Uint8Array;
}

/** What a valid meta page says. Page ids are numbers: a file with more than 2^53 pages does not exist. */
export interface BoltMeta {
  readonly pageSize: number;
  readonly rootPage: number;
  /** First page id that was never handed out. */
  readonly highWater: number;
  readonly transaction: bigint;
}

const MAGIC = 0xed0cdaed;
const VERSION = 2;
const META_BYTES = 64;
const HEADER_BYTES = 16;
const SMALLEST_PAGE = 1024;

/** FNV-1a over 64 bits, as bbolt sums its meta pages. */
export function fnv1a64(bytes: Uint8Array): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash;
}

function metaAt(file: BoltFile, offset: number): BoltMeta | undefined {
  if (offset + HEADER_BYTES + META_BYTES > file.size) return undefined;
  const bytes = file.readAt(offset + HEADER_BYTES, META_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, META_BYTES);
  if (view.getUint32(0, true) !== MAGIC || view.getUint32(4, true) !== VERSION) return undefined;
  if (view.getBigUint64(56, true) !== fnv1a64(bytes.subarray(0, 56))) return undefined;
  return {
    pageSize: view.getUint32(8, true),
    rootPage: Number(view.getBigUint64(16, true)),
    highWater: Number(view.getBigUint64(40, true)),
    transaction: view.getBigUint64(48, true),
  };
}

/**
 * Both metas, the valid one with the higher transaction first. The page size comes from the first page, or, where that
 * one is damaged, from looking for the second at every power of two. Must agree with bbolt `db.go` (`getPageSize`, `meta`).
 * @throws `UNSUPPORTED_FORMAT` when the file has no valid meta page at all
 */
export function readMetas(file: BoltFile): readonly [BoltMeta, ...BoltMeta[]] {
  const first = metaAt(file, 0);
  const second = first ? metaAt(file, first.pageSize) : findSecond(file);
  const newest = [first, second]
    .filter((meta) => meta !== undefined)
    .sort((a, b) => (a.transaction < b.transaction ? 1 : a.transaction > b.transaction ? -1 : 0));
  const [best, ...rest] = newest;
  if (!best) {
    throw new CacheError('UNSUPPORTED_FORMAT', 'This is not a readable bbolt database: both meta pages are damaged.', {
      subject: file.name,
      hint: 'Take a copy while the daemon is stopped, or look at the backup that the daemon may have left beside it.',
    });
  }
  return [best, ...rest];
}

function findSecond(file: BoltFile): BoltMeta | undefined {
  for (let size = SMALLEST_PAGE; size <= SMALLEST_PAGE << 14 && size < file.size; size *= 2) {
    const meta = metaAt(file, size);
    if (meta?.pageSize === size) return meta;
  }
  return undefined;
}
