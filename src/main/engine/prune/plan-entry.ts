import type { Reason } from './reasons.ts';

/** A line of a plan: a record by its id, or a blob by its digest. `count` belongs to the reason, see `reasonText`. */
export interface PlanEntry {
  readonly id: string;
  readonly bytes: number;
  readonly reason: Reason;
  readonly count: number;
}
