import { z } from 'zod';
import { collectReportSchema, touchReportSchema } from './collect.ts';
import { mendReportSchema, quarantineReportSchema } from './damage.ts';
import { pruneReportSchema } from './plan.ts';
import { errorDataSchema } from './source.ts';
import { transferReportSchema } from './transfer.ts';

const count = z.number().int().nonnegative();

/** The JSON of `verify`, and how each bad blob differs. */
export const verifyReportSchema = z.object({
  checked: count,
  bytes: count,
  ok: count,
  missing: z.array(z.string()),
  corrupt: z.array(z.string()),
  details: z.array(errorDataSchema),
});
export type VerifyReport = z.infer<typeof verifyReportSchema>;

/** What a finished job answers, by kind. */
export const jobResultSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('open'), sourceId: z.string() }),
  z.object({ kind: z.literal('verify'), report: verifyReportSchema }),
  z.object({ kind: z.literal('quarantine'), report: quarantineReportSchema }),
  z.object({ kind: z.literal('mend'), report: mendReportSchema }),
  z.object({ kind: z.literal('import'), report: transferReportSchema }),
  z.object({ kind: z.literal('export'), report: transferReportSchema }),
  z.object({ kind: z.literal('prune'), report: pruneReportSchema }),
  z.object({ kind: z.literal('collect'), report: collectReportSchema }),
  z.object({ kind: z.literal('touch'), report: touchReportSchema }),
  z.object({
    kind: z.literal('undo'),
    plan: z.string(),
    restoredRecords: count,
    restoredBlobs: count,
    /** Caches that stand under another name now, because two want the same: what had the name `ref` is `as`. */
    beside: z.array(z.object({ ref: z.string(), as: z.string() })).optional(),
    /** Blobs of a bucket whose versions somebody had deleted for good. */
    lostBlobs: count.optional(),
  }),
  z.object({
    kind: z.literal('empty-trash'),
    blobs: count,
    bytes: count,
    /** Folders of batches that hold something else than blobs of the trash. */
    leftAlone: z.array(z.string()).optional(),
  }),
]);
export type JobResult = z.infer<typeof jobResultSchema>;
export type JobKind = JobResult['kind'];

/** `total` is absent while it is not known. `rate` is smoothed, in units a second. */
export const jobProgressSchema = z.object({
  phase: z.string(),
  done: count,
  total: count.optional(),
  unit: z.enum(['bytes', 'records', 'blobs']),
  rate: z.number().optional(),
  leftMs: z.number().optional(),
  /** The blob or record being worked on. */
  subject: z.string().optional(),
});
export type JobProgress = z.infer<typeof jobProgressSchema>;

/** Everything running or finished in this session. */
export const jobSchema = z.object({
  id: z.string(),
  kind: z.enum([
    'open',
    'verify',
    'quarantine',
    'mend',
    'import',
    'export',
    'prune',
    'collect',
    'touch',
    'undo',
    'empty-trash',
  ]),
  title: z.string(),
  sourceId: z.string().optional(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  progress: jobProgressSchema,
  startedAt: z.number(),
  endedAt: z.number().optional(),
  error: errorDataSchema.optional(),
  result: jobResultSchema.optional(),
});
export type Job = z.infer<typeof jobSchema>;

/** A line of a job's log. */
export const jobLogLineSchema = z.object({ at: z.number(), text: z.string() });
export type JobLogLine = z.infer<typeof jobLogLineSchema>;

/** A line of the audit log: every action that changed something, kept across sessions. */
export const auditEntrySchema = z.object({
  at: z.number(),
  action: z.string(),
  subject: z.string(),
  outcome: z.enum(['done', 'failed', 'cancelled']),
  detail: z.string(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;
