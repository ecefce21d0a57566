import type { CollectBatch } from '../../../shared/model/collect.ts';
import type { Digest } from '../../../shared/oci/digest.ts';

/** A blob that a plan deletes. `version` is absent until its deletion is known to be done. */
export interface NotedRemoval {
  readonly digest: Digest;
  readonly bytes: number;
  /** Epoch ms by the server's clock, right before it was deleted. */
  readonly since: number;
  readonly version: string | undefined;
}

/**
 * Plans for caches in buckets, and what they have deleted there, on this machine: a bucket has no place of ours. By the
 * location of the cache. Several processes may share one: each call is atomic.
 */
export interface CollectNotes {
  /** Also throws away plans that are older than 24 hours. @param at epoch ms */
  putPlan(location: string, plan: string, at: number, text: string): void;
  /** Undefined for one that is not kept, is older than 24 hours at `now`, or is of another location. */
  getPlan(location: string, plan: string, now: number): string | undefined;
  /** Notes removals, or replaces them, by digest. @param at epoch ms of the apply */
  noteRemovals(location: string, plan: string, at: number, removals: readonly NotedRemoval[]): void;
  /** What a plan has deleted and that was not brought back, sorted by digest; at most `limit`. */
  removals(location: string, plan: string, limit: number): readonly NotedRemoval[];
  forgetRemovals(location: string, plan: string, digests: readonly Digest[]): void;
  /** Plans with removals, newest first. */
  batches(location: string): readonly CollectBatch[];
}
