import type { Reason } from './reasons.ts';

/**
 * A line of a plan: a record by its id, or a blob by its digest. `count` belongs to the reason, see `reasonText`. `stays`:
 * the record loses its results only, and stays as a lookup key: records that stay are found through it.
 */
export interface PlanEntry {
  readonly id: string;
  readonly bytes: number;
  readonly reason: Reason;
  readonly count: number;
  readonly stays?: boolean | undefined;
}
