import type { CacheError } from '../../../shared/base/errors.ts';
import { type BoltBucket, type BoltContext, createRootBucket } from './bucket.ts';
import { type BoltFile, type BoltMeta, readMetas } from './meta.ts';
import { readPage } from './page.ts';

/** An open database, read-only. */
export interface BoltDatabase {
  readonly pageSize: number;
  /** Transaction that wrote the state read here. */
  readonly transaction: bigint;
  /** The bucket of all top-level buckets. */
  readonly root: BoltBucket;
  /** Pages found damaged so far, each once, in the order they were met. */
  readonly damage: readonly CacheError[];
}

/**
 * Opens a bbolt file for reading: never locks it, never writes, so a file that a daemon has open can be read from a copy.
 * Falls back to the older state when the newest one's root page is damaged, and says so in `damage`.
 * Must agree with bbolt's file format, version 2.
 * @throws `UNSUPPORTED_FORMAT` when it is no bbolt database
 */
export function openBolt(file: BoltFile): BoltDatabase {
  const metas = readMetas(file);
  const damage: CacheError[] = [];
  const seen = new Set<string>();
  const onDamage = (error: CacheError) => {
    const key = `${error.subject} ${error.message}`;
    if (seen.has(key)) return;
    seen.add(key);
    damage.push(error);
  };
  const meta = metas.find((candidate) => isRootReadable(file, candidate, onDamage)) ?? metas[0];
  const context: BoltContext = { file, meta, owners: new Map(), onDamage };
  return {
    pageSize: meta.pageSize,
    transaction: meta.transaction,
    root: createRootBucket(context, meta.rootPage),
    damage,
  };
}

function isRootReadable(file: BoltFile, meta: BoltMeta, onDamage: (error: CacheError) => void): boolean {
  try {
    readPage(file, meta, meta.rootPage);
    return true;
  } catch (error) {
    onDamage(error as CacheError);
    return false;
  }
}
