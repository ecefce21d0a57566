import type { PrunePolicy } from '../../../shared/model/plan.ts';

/** A policy as arithmetic. */
export interface Limits {
  /**
   * Layers may stay up to this many bytes together; `-1` where no record may stay that can go, `undefined` where records
   * are not concerned.
   */
  readonly bytesToKeep: number | undefined;
  /** Results newer than this moment (epoch ms) stay, whatever the size says; `undefined` where age protects nothing. */
  readonly newerThanMs: number | undefined;
  /** Orphan blobs last changed before this moment go; `undefined` where orphans are not concerned. */
  readonly orphansBeforeMs: number | undefined;
}

/**
 * What a policy means at a moment. As in BuildKit, a duration protects above any size limit, and alone it means "all
 * that is older"; no limit means nothing is kept.
 */
export function limitsOf(policy: PrunePolicy, nowMs: number): Limits {
  const concernsRecords = policy.maxBytes !== undefined || policy.keepDurationMs !== undefined || policy.all === true;
  const noLimit = policy.all === true || policy.maxBytes === undefined;
  return {
    bytesToKeep: concernsRecords ? (noLimit ? -1 : policy.maxBytes) : undefined,
    newerThanMs: policy.keepDurationMs === undefined ? undefined : nowMs - policy.keepDurationMs,
    orphansBeforeMs: policy.orphans === undefined ? undefined : nowMs - policy.orphans.olderThanMs,
  };
}
