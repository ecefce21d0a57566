import { z } from 'zod';
import { recordKindSchema } from './record.ts';

const count = z.number().int().nonnegative();

/** What may stay. At least one of them is set. All bytes are exact; durations in milliseconds. */
export const prunePolicySchema = z
  .object({
    /** Records go, oldest leaf first, until the layers that stay are at most this large together. */
    maxBytes: count.optional(),
    /** Records whose newest result is younger than this stay, whatever the size says. */
    keepDurationMs: count.optional(),
    /** Every record goes that nothing pins. */
    all: z.boolean().optional(),
    /** Only blobs that no manifest refers to, older than `olderThanMs`. */
    orphans: z.object({ olderThanMs: count }).optional(),
  })
  .refine(
    (p) => p.maxBytes !== undefined || p.keepDurationMs !== undefined || p.all === true || p.orphans !== undefined,
    {
      message: 'a policy needs at least one of maxBytes, keepDurationMs, all, orphans',
    },
  );
export type PrunePolicy = z.infer<typeof prunePolicySchema>;

/** One line of a plan. `bytes`: what going frees, given everything that goes before it. */
export const planItemSchema = z.object({
  id: z.string(),
  kind: z.enum(['record', 'blob']),
  digest: z.string(),
  bytes: count,
  reason: z.string(),
  recordKind: recordKindSchema.optional(),
  name: z.string().optional(),
  stage: z.string().optional(),
});
export type PlanItem = z.infer<typeof planItemSchema>;

/** A plan without its items: those travel by window. A plan belongs to one version of one store and lives 24 hours. */
export const prunePlanSchema = z.object({
  plan: z.string(),
  sourceId: z.string(),
  policy: prunePolicySchema,
  /** Equal to BuildKit's own choice. */
  exact: z.boolean(),
  createdAt: z.number(),
  goes: z.object({ records: count, blobs: count, bytes: count }),
  stays: z.object({ records: count, blobs: count, bytes: count }),
  keepBytes: count,
  freedBytes: count,
  applied: z.boolean(),
});
export type PrunePlan = z.infer<typeof prunePlanSchema>;

/** What an apply did. `skipped`: items that had changed since the plan, left alone. */
export const pruneReportSchema = z.object({
  plan: z.string(),
  removedRecords: count,
  removedBlobs: count,
  freedBytes: count,
  skipped: z.array(z.object({ id: z.string(), reason: z.string() })),
});
export type PruneReport = z.infer<typeof pruneReportSchema>;

/** A batch in the trash, which can still be undone: what an applied plan removed, or what an import replaced. */
export const trashBatchSchema = z.object({
  plan: z.string(),
  cause: z.enum(['prune', 'import']).default('prune'),
  at: z.number(),
  records: count,
  blobs: count,
  bytes: count,
});
export type TrashBatch = z.infer<typeof trashBatchSchema>;
