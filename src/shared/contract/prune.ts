import { z } from 'zod';
import { planItemSchema, prunePlanSchema, prunePolicySchema, trashBatchSchema } from '../model/plan.ts';
import { jobRefSchema, mutate, read, sourceRefSchema, windowSchema } from './procedure.ts';

const planRefSchema = sourceRefSchema.extend({ plan: z.string() });

/**
 * Plan, apply, undo. `apply` never removes anything that is not in the plan, checks each item again before it
 * moves to the trash, and everything in the trash comes back with one `undo` until the trash is emptied.
 */
export const prune = {
  /**
   * A plan is kept with the store for 24 hours; without `keep` only by this program, and nothing is written until it is
   * applied. On a source that cannot be pruned it can be made but not applied.
   */
  plan: read
    .input(sourceRefSchema.extend({ policy: prunePolicySchema, keep: z.boolean().default(true) }))
    .output(prunePlanSchema),
  get: read.input(planRefSchema).output(prunePlanSchema),
  /** What goes, in order of leaving, or what stays and why. */
  items: read
    .input(planRefSchema.extend({ what: z.enum(['goes', 'stays']), ...windowSchema.shape }))
    .output(z.object({ items: z.array(planItemSchema), total: z.number().int() })),
  /** Digests of the blobs that leave: a layer that something else needs too is not among them. Sorted. */
  blobs: read
    .input(planRefSchema.extend(windowSchema.shape))
    .output(z.object({ digests: z.array(z.string()), total: z.number().int() })),
  /** `STALE_PLAN` when the store is no longer the one the plan was made from. */
  apply: mutate.input(planRefSchema).output(jobRefSchema),
  /** Brings a batch back; absent plan: the last one. */
  undo: mutate.input(sourceRefSchema.extend({ plan: z.string().optional() })).output(jobRefSchema),
  trash: read.input(sourceRefSchema).output(z.array(trashBatchSchema)),
  emptyTrash: mutate.input(sourceRefSchema).output(jobRefSchema),
};
