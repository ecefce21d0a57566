import { z } from 'zod';

const count = z.number().int().nonnegative();

/**
 * Bytes of a folder on disk, as `du -b` counts them, and what they are. `totalBytes` is the sum of the five parts;
 * `freeBytes` is what may still be written to that disk.
 */
export const diskPartsSchema = z.object({
  totalBytes: count,
  /** Layers, configs and manifests that the references lead to, of caches and of images. */
  cacheBytes: count,
  /** Blobs that nothing refers to. */
  orphanBytes: count,
  /** What prunes took: it can be undone until the trash is emptied. */
  trashBytes: count,
  /** Damaged blobs, until the trash is emptied. */
  setAsideBytes: count,
  /** The index, notes and plans, and the folders themselves. */
  otherBytes: count,
  freeBytes: count.optional(),
});
export type DiskParts = z.infer<typeof diskPartsSchema>;
