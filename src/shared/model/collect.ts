import { z } from 'zod';
import { errorDataSchema } from './source.ts';

const count = z.number().int().nonnegative();
const sumSchema = z.object({ blobs: count, bytes: count });

/**
 * Blobs younger than this stay where no age is given. BuildKit's export renews a blob that it counts on only when that is
 * older than 24 hours (`touch_refresh`), and writes its manifest last: the second day is for exports that take long.
 */
export const COLLECT_AGE_MS = 48 * 3_600_000;

/** Below this age a blob may belong to an export that runs now and did not renew it: BuildKit's `touch_refresh`. */
export const TOUCH_AFTER_MS = 24 * 3_600_000;

/** A manifest, and what it keeps. `onlyBytes`: what no other manifest needs. `missing`: blobs that it needs and that are not there. */
export const collectOwnerSchema = z.object({
  name: z.string(),
  blobs: count,
  bytes: count,
  onlyBytes: count,
  missing: count,
  modifiedAt: z.number(),
});
export type CollectOwner = z.infer<typeof collectOwnerSchema>;

/**
 * A plan of what goes from a cache in a bucket, without its lines: those travel by window. It lives 24 hours, and apply
 * looks at manifests and blobs again.
 */
export const collectPlanSchema = z.object({
  plan: z.string(),
  sourceId: z.string(),
  createdAt: z.number(),
  /** Only older blobs go, by the server's clock. */
  olderThanMs: count,
  goes: sumSchema,
  stays: z.object({
    needed: sumSchema,
    /** Needed by no manifest, and younger than the age. */
    young: sumSchema,
  }),
  /** Blobs that manifests need and that are not there. */
  missing: count,
  /** Those that keep most first, at most 200. */
  owners: z.array(collectOwnerSchema),
  /** All manifests. */
  manifests: count,
  /** Whether what goes can come back: by the bucket's versions, not at all, or the account may not ask. */
  undo: z.enum(['versions', 'none', 'unknown']),
  /** Uploads in parts that nobody has completed: nothing of them goes. Absent where the account may not list them. */
  uploads: z.object({ count, oldestAt: z.number().optional() }).optional(),
  /**
   * What rules of the bucket will do to the cache. `safe`: rules in the form of S3's API, with which only a collection
   * deletes blobs of it. Absent where the account may not ask.
   */
  lifecycle: z.object({ rules: count, sentences: z.array(z.string()), safe: z.string() }).optional(),
  warnings: z.array(z.string()),
  /** Some of it was applied. */
  applied: z.boolean(),
});
export type CollectPlan = z.infer<typeof collectPlanSchema>;

/** A blob that goes. `modifiedAt`: epoch ms, when it was written or renewed. */
export const collectItemSchema = z.object({ digest: z.string(), bytes: count, modifiedAt: z.number() });
export type CollectItem = z.infer<typeof collectItemSchema>;

/** Why a blob of a plan stayed after all. */
export const stayReasonSchema = z.enum(['needed', 'renewed', 'gone', 'refused', 'not-tried']);
export type StayReason = z.infer<typeof stayReasonSchema>;

/** What an apply did. */
export const collectReportSchema = z.object({
  plan: z.string(),
  removedBlobs: count,
  freedBytes: count,
  /** How many of the plan stayed, by reason; `gone`: somebody else had deleted them. */
  stayed: z.record(stayReasonSchema, count),
  /** The first hundred that stayed. `message`: of the server, in our words, where it refused. */
  examples: z.array(z.object({ digest: z.string(), reason: stayReasonSchema, message: z.string().optional() })),
  /** Manifests that came or changed since the plan. */
  changedManifests: z.array(z.string()),
  /** Blobs that were deleted right before such a manifest began to need them; with versions they are back. */
  lost: z.array(z.object({ manifest: z.string(), blobs: count, areBack: z.boolean() })),
  /** Why it ended before all of the plan was tried. */
  stopped: errorDataSchema.optional(),
  /** What went can come back. */
  canUndo: z.boolean(),
});
export type CollectReport = z.infer<typeof collectReportSchema>;

/** An applied plan that can be undone. */
export const collectBatchSchema = z.object({ plan: z.string(), at: z.number(), blobs: count, bytes: count });
export type CollectBatch = z.infer<typeof collectBatchSchema>;

/** What a renewal would copy onto itself. `young`: needed blobs that are new enough. */
export const touchPreviewSchema = z.object({
  olderThanMs: count,
  blobs: count,
  bytes: count,
  manifests: count,
  young: count,
  missing: count,
});
export type TouchPreview = z.infer<typeof touchPreviewSchema>;

/** What a renewal did. `gone`: blobs that somebody deleted meanwhile. */
export const touchReportSchema = z.object({ blobs: count, bytes: count, manifests: count, gone: count });
export type TouchReport = z.infer<typeof touchReportSchema>;
