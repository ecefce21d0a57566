import { z } from 'zod';
import { collectBatchSchema, collectItemSchema, collectPlanSchema, touchPreviewSchema } from '../model/collect.ts';
import { jobRefSchema, mutate, read, sourceRefSchema, windowSchema } from './procedure.ts';

const ageSchema = sourceRefSchema.extend({ olderThanMs: z.number().int().nonnegative().optional() });
const planRefSchema = sourceRefSchema.extend({ plan: z.string() });

/**
 * Deletes from a cache in a bucket what none of its manifests needs: plan, apply, undo. `apply` never deletes a blob that is
 * not in the plan, and looks at manifests and blobs again right before each batch. Only a bucket with versions can undo.
 */
export const collect = {
  /** A plan is kept on this machine for 24 hours. @param olderThanMs absent: `COLLECT_AGE_MS` */
  plan: read.input(ageSchema).output(collectPlanSchema),
  get: read.input(planRefSchema).output(collectPlanSchema),
  /** What goes, by digest. */
  items: read
    .input(planRefSchema.extend(windowSchema.shape))
    .output(z.object({ items: z.array(collectItemSchema), total: z.number().int() })),
  apply: mutate.input(planRefSchema).output(jobRefSchema),
  /** Brings back what a plan deleted; absent plan: the last one. */
  undo: mutate.input(sourceRefSchema.extend({ plan: z.string().optional() })).output(jobRefSchema),
  /** What `touch` would renew. @param olderThanMs absent: `TOUCH_AFTER_MS` */
  renewal: read.input(ageSchema).output(touchPreviewSchema),
  /** Copies what manifests need onto itself, and the manifests, so that rules about ages leave them. */
  touch: mutate.input(ageSchema).output(jobRefSchema),
  /** Plans of which something can be undone, newest first. */
  undoable: read.input(sourceRefSchema).output(z.array(collectBatchSchema)),
};
