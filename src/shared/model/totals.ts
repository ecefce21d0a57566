import { z } from 'zod';

const count = z.number().int().nonnegative();

/**
 * The counts of one cache or of a whole source; the meaning of every field stands in `docs/CLI.md`. Bytes are exact.
 * `totalBytes` adds up whole chains, `deduplicatedBytes` counts each distinct blob once.
 */
export const totalsSchema = z.object({
  records: count,
  rootRecords: count,
  links: count,
  results: count,
  layers: count,
  blobs: count,
  totalBytes: count,
  deduplicatedBytes: count,
  reclaimableBytes: count,
  missingBlobs: count,
  orphanBlobs: count,
  orphanBytes: count,
});
export type Totals = z.infer<typeof totalsSchema>;
