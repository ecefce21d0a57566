import { z } from 'zod';
import { CACHE_ERROR_CODES } from '../base/errors.ts';
import { blobPlaceSchema } from './blob-place.ts';
import { recordRefSchema } from './record.ts';

const count = z.number().int().nonnegative();

/** A place to copy damaged and missing blobs from again, and how many of those listed it is known to have. */
export const originSchema = blobPlaceSchema.pick({ location: true, how: true }).extend({ blobs: count });
export type Origin = z.infer<typeof originSchema>;

/** A blob that is missing or damaged, who needs it, and where else it can be had. */
export const damagedBlobSchema = z.object({
  digest: z.string(),
  code: z.enum(CACHE_ERROR_CODES),
  message: z.string(),
  /** Of its descriptor, in bytes; absent where none is known. */
  size: count.optional(),
  /** Records with a result that holds it, the first of them. */
  records: z.array(recordRefSchema),
  recordsTotal: count,
  places: z.array(blobPlaceSchema),
});
export type DamagedBlob = z.infer<typeof damagedBlobSchema>;

/** A damaged blob that was taken out of a store: kept until the trash is emptied. */
export const quarantinedBlobSchema = z.object({
  digest: z.string(),
  size: count,
  problem: z.string(),
  at: z.number(),
});

/** What is known to be wrong with the blobs of a source, at most 200 of them; `total` counts all. */
export const damageSchema = z.object({
  blobs: z.array(damagedBlobSchema),
  total: count,
  /** The best first. */
  origins: z.array(originSchema),
  quarantined: z.array(quarantinedBlobSchema),
});
export type Damage = z.infer<typeof damageSchema>;

const leftAloneSchema = z.array(z.object({ digest: z.string(), reason: z.string() }));

/** What putting blobs into quarantine did. */
export const quarantineReportSchema = z.object({
  quarantined: z.array(z.string()),
  bytes: count,
  leftAlone: leftAloneSchema,
});
export type QuarantineReport = z.infer<typeof quarantineReportSchema>;

/** What a re-import of damaged and missing blobs did. `quarantined`: damaged ones that were there before. */
export const mendReportSchema = z.object({
  from: z.string(),
  mended: z.array(z.string()),
  bytes: count,
  quarantined: z.array(z.string()),
  leftAlone: leftAloneSchema,
});
export type MendReport = z.infer<typeof mendReportSchema>;
