import { z } from 'zod';
import { errorDataSchema } from './source.ts';

const count = z.number().int().nonnegative();

/** What one round of a sync did, or several together: the JSON of `sync`. Records are those that the service asked for. */
export const syncReportSchema = z.object({
  asked: count,
  /** A layer of it was sent. */
  pushed: count,
  /** All of its layers were there. */
  skipped: count,
  /** Its layers were never made blobs on this machine. */
  noBlob: count,
  bytesPushed: count,
  /** Bytes of layers that were there and not sent again. */
  bytesSaved: count,
  /** Records that the service had for this machine, at the last import. */
  importedRecords: count,
  /** Records that are gone since they were reported, or damaged here. */
  leftOut: count,
  warnings: z.array(z.string()),
});
export type SyncReport = z.infer<typeof syncReportSchema>;

/** How often a sync does what, in milliseconds. */
export const syncPeriodsSchema = z.object({
  importPeriodMs: z.number().positive(),
  exportPeriodMs: z.number().positive(),
  exportTimeoutMs: z.number().positive(),
});
export type SyncPeriods = z.infer<typeof syncPeriodsSchema>;

/** A line of the log of a sync. */
export const syncLineSchema = z.object({ at: z.number(), text: z.string(), isError: z.boolean() });

/** One kind of round: what comes next, and what went wrong last. */
const roundSchema = z.object({
  lastAt: z.number().optional(),
  lastMs: z.number().optional(),
  nextAt: z.number().optional(),
  isRunning: z.boolean(),
  /** Failures one after the other. */
  failures: count,
  error: errorDataSchema.optional(),
});
export type SyncRound = z.infer<typeof roundSchema>;

/**
 * A source that is kept in step with a service. `once` ends by itself: `done`, or `failed` with `error`. Others run until they
 * are stopped: `closing` while the last export is under way.
 */
export const syncSchema = z.object({
  id: z.string(),
  /** Location of the source, and address of the service. */
  source: z.string(),
  sourceId: z.string(),
  url: z.string(),
  state: z.enum(['connecting', 'running', 'closing', 'done', 'failed']),
  startedAt: z.number(),
  /** Where layers go, for a person. */
  layersAt: z.string().optional(),
  periods: syncPeriodsSchema.optional(),
  /** All rounds added up. */
  total: syncReportSchema,
  /** Of the last export. */
  last: syncReportSchema.optional(),
  rounds: count,
  export: roundSchema,
  import: roundSchema,
  bytesNow: count,
  error: errorDataSchema.optional(),
  log: z.array(syncLineSchema),
});
export type Sync = z.infer<typeof syncSchema>;
