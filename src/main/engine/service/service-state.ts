import { createHash } from 'node:crypto';
import { CacheError } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import type { CacheKeyStorage } from '../ports/cache-key-storage.ts';
import type { CacheKey, ExportRecord, Link } from './types.ts';

/** A part of what a builder reports. */
export interface RecordsPart {
  readonly cacheKeys: readonly CacheKey[];
  readonly links: readonly Link[];
}

/** An update that is being received. Disposing of one that was not committed leaves nothing of it. */
export interface RecordsUpdate extends AsyncDisposable {
  add(part: RecordsPart): Promise<void>;
  /**
   * Keeps everything that was added, whole or not at all.
   * @returns at most `limit` of the results that were added and have no layers yet, and notes that they were asked for:
   *   those asked for less often first, then those of keys with more users, then the latest, then by id
   */
  commit(limit: number): Promise<readonly ExportRecord[]>;
}

/** A result with the layers that somebody pushed for it. */
export interface PushedResult {
  readonly key: string;
  readonly createdAt: string;
  /** Bottom to top. */
  readonly layers: readonly Descriptor[];
}

/** How much a service knows. */
export interface StateTotals {
  readonly keys: number;
  readonly links: number;
  readonly results: number;
  /** Results with layers. */
  readonly pushedResults: number;
  /** Distinct layers and their bytes. */
  readonly layers: number;
  readonly layerBytes: number;
  /** Bytes of all layers of all results, each as often as it is named. */
  readonly namedBytes: number;
}

/**
 * What a cache service knows: the keys and links of many builders, their results, and the layers that were pushed for them.
 *
 * Everything can be told again without a change. Several processes may use one state where its adapter says so; an update
 * is seen by others when it is committed, whole.
 */
export interface ServiceState extends AsyncDisposable {
  readonly keys: Pick<CacheKeyStorage, 'walkBacklinks'>;
  beginUpdate(): Promise<RecordsUpdate>;
  /**
   * Keeps the layers of results that were asked for; those of the same record take the place of what was there.
   * @throws `NOT_FOUND` whose subject is the record, for one that was never asked for; then none of them is kept
   */
  setLayers(records: readonly { readonly record: Digest; readonly layers: readonly Descriptor[] }[]): Promise<void>;
  /** Forgets the layers of every result that has one of these, so that they are asked for again. */
  dropLayers(digests: readonly string[]): Promise<void>;
  /** Every result with layers, some hundred at a time, in the order of keys. */
  walkPushed(): AsyncIterable<readonly PushedResult[]>;
  totals(): Promise<StateTotals>;
  /** @throws `UNAVAILABLE` where the state cannot be used now */
  check(): Promise<void>;
}

/** Results that a batch of `walkPushed` has at most. */
export const PUSHED_AT_ONCE = 500;

/** Digest that a result is asked for by. */
export function recordOf(resultID: string): string {
  return `sha256:${createHash('sha256').update(resultID).digest('hex')}`;
}

/** The error of `setLayers` for a record that the state does not know. */
export function neverAsked(record: string): CacheError {
  return new CacheError('NOT_FOUND', 'This record was never asked for.', {
    subject: record,
    hint: 'Nothing was stored. Report the records first, and send the digests of the answer.',
  });
}
