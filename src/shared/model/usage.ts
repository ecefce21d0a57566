import { z } from 'zod';

const count = z.number().int().nonnegative();

/**
 * What BuildKit itself says of a record, as `buildctl du` prints it: of what a daemon keeps on its disk. Sizes are bytes,
 * those of the record alone without what it stands on.
 */
export const recordUsageSchema = z.object({
  /** `regular`, `internal`, `frontend`, `source.local`, `source.git.checkout`, `exec.cachemount`. */
  type: z.string(),
  description: z.string(),
  sizeBytes: count,
  usageCount: count,
  createdAt: z.string(),
  /** Absent for what was never used again. */
  lastUsedAt: z.string().optional(),
  inUse: z.boolean(),
  /** It may still be written to: a cache mount, the copy of a local folder. */
  mutable: z.boolean(),
  /** An image that the daemon keeps holds it too. */
  shared: z.boolean(),
  /** BuildKit's ids of what it stands on. */
  parents: z.array(z.string()),
});
export type RecordUsage = z.infer<typeof recordUsageSchema>;

/** BuildKit's own figures of a whole source: all its records, their bytes, and those that no build is using. */
export const usageTotalsSchema = z.object({ records: count, totalBytes: count, reclaimableBytes: count });
export type UsageTotals = z.infer<typeof usageTotalsSchema>;
