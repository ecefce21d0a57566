import { z } from 'zod';
import { recordKindSchema } from './record.ts';

const count = z.number().int().nonnegative();

/** Orphans younger than this stay where no age is given: a build or an import may be writing them now. One hour. */
export const ORPHAN_AGE_MS = 3_600_000;

/** What may stay. At least one of them is set. All bytes are exact; durations in milliseconds. */
export const prunePolicySchema = z
  .object({
    /**
     * Orphans go, then records, oldest leaf first, until what stays is at most this large together: layers of records,
     * of images, and orphans. What is in the trash or set aside is freed by emptying that, and takes no record with it.
     */
    maxBytes: count.optional(),
    /** Records whose newest result is younger than this stay, whatever the size says. */
    keepDurationMs: count.optional(),
    /** Every record goes that nothing pins, and orphans. */
    all: z.boolean().optional(),
    /** Only blobs that nothing refers to, older than `olderThanMs`; absent: than `ORPHAN_AGE_MS`. */
    orphans: z.object({ olderThanMs: count.optional() }).optional(),
  })
  .refine(
    (p) => p.maxBytes !== undefined || p.keepDurationMs !== undefined || p.all === true || p.orphans !== undefined,
    {
      message: 'a policy needs at least one of maxBytes, keepDurationMs, all, orphans',
    },
  );
export type PrunePolicy = z.infer<typeof prunePolicySchema>;

/**
 * One line of a plan. `bytes`: what going frees, given everything that goes before it. `result`: the results of a record
 * go, and it stays as a lookup key.
 */
export const planItemSchema = z.object({
  id: z.string(),
  kind: z.enum(['record', 'result', 'blob']),
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
  /** `results`: records that lose their results and stay as lookup keys; they are among those that stay. */
  goes: z.object({ records: count, results: count.default(0), blobs: count, bytes: count }),
  stays: z.object({ records: count, blobs: count, bytes: count }),
  keepBytes: count,
  freedBytes: count,
  applied: z.boolean(),
  /** It lies with the store for 24 hours. Otherwise only the program that made it can apply it. */
  kept: z.boolean().default(true),
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
