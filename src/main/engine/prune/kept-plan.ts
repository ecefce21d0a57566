import { z } from 'zod';
import { CacheError } from '../../../shared/base/errors.ts';
import { type PlanItem, prunePlanSchema } from '../../../shared/model/plan.ts';
import { splitRecordId } from '../../../shared/model/record-id.ts';
import { digestSchema } from '../../../shared/oci/digest.ts';
import type { PlanEntry } from './plan-entry.ts';
import { REASONS, type Reason, reasonText } from './reasons.ts';

const entrySchema = z.object({
  id: z.string(),
  bytes: z.number(),
  reason: z.enum(Object.keys(REASONS) as [Reason, ...Reason[]]),
  count: z.number(),
  stays: z.boolean().optional(),
});

const keptPlanSchema = z.object({
  /** What it was made from: the digest of `index.json`. A plan for a source that is no store has the fingerprint. */
  version: z.string(),
  plan: prunePlanSchema,
  goes: z.array(entrySchema),
  stays: z.array(entrySchema),
  blobs: z.array(digestSchema),
});

/** A plan with all its lines, as it is kept. */
export type KeptPlan = z.infer<typeof keptPlanSchema>;

/** Its text. */
export function printPlan(plan: KeptPlan): string {
  return JSON.stringify(plan);
}

/** Reads it back. @throws `CORRUPT` naming the plan */
export function parsePlan(text: string, plan: string): KeptPlan {
  try {
    return keptPlanSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new CacheError('CORRUPT', 'The plan cannot be read.', { subject: plan, hint: 'Make a new one.', cause });
  }
}

/** A line as the contract has it; names are added by whoever knows them. */
export function planItem(entry: PlanEntry, { plan, goes }: KeptPlan): PlanItem {
  const { id, bytes, reason, count, stays } = entry;
  const total = reason === 'over-size' ? countReason(goes, reason) : 0;
  return {
    id,
    kind: stays ? 'result' : REASONS[reason],
    digest: splitRecordId(id).digest,
    bytes,
    reason: `${reasonText(reason, count, total, plan.policy)}${stays ? '; stays as a lookup key' : ''}`,
  };
}

const counted = new WeakMap<readonly PlanEntry[], ReadonlyMap<Reason, number>>();

/** Returns how many lines have the reason; all reasons of a list are counted once. */
function countReason(entries: readonly PlanEntry[], reason: Reason): number {
  let totals = counted.get(entries);
  if (totals === undefined) {
    const sums = new Map<Reason, number>();
    for (const entry of entries) sums.set(entry.reason, (sums.get(entry.reason) ?? 0) + 1);
    counted.set(entries, sums);
    totals = sums;
  }
  return totals.get(reason) ?? 0;
}
