import { z } from 'zod';
import { descriptorSchema } from '../oci/descriptor.ts';

const count = z.number().int().nonnegative();

/** How an export is written; see `docs/CLI.md`. */
export const transferOptionsSchema = z.object({
  /** Picks one of several caches; the only one of a source is written under this name. Absent: all, as they are named. */
  ref: z.string().optional(),
  /** The name of the cache at the target. Absent: the one it has; see `replace`. */
  as: z.string().optional(),
  /**
   * Whether a cache that a managed store holds under the name goes to its trash. Else the new one is named by the folder of
   * its source. What a folder or a registry holds under the name is replaced in any case.
   */
  replace: z.boolean().optional(),
  /**
   * Whether what a reference holds already stays, joined with what is written: every record and link, the newest result of
   * a record. Safe beside others who do the same.
   */
  merge: z.boolean().optional(),
  mode: z.enum(['min', 'max']).default('max'),
  /** Absent: as the source has it. */
  format: z.enum(['index', 'manifest']).optional(),
  ociMediaTypes: z.boolean().optional(),
  /** Only what this record needs: its id or digest. Absent: everything. */
  key: z.string().min(1).optional(),
  /** How layers are compressed at the target. Absent: as they are. */
  compression: z.enum(['gzip', 'zstd']).optional(),
});
export type TransferOptions = z.infer<typeof transferOptionsSchema>;

/** One blob of a transfer preview. */
export const transferBlobSchema = z.object({
  digest: z.string(),
  mediaType: z.string(),
  size: count,
  state: z.enum(['there', 'to-copy', 'missing']),
});
export type TransferBlob = z.infer<typeof transferBlobSchema>;

/** What a transfer would do, before anything is written. */
export const transferPreviewSchema = z.object({
  records: count,
  /** Names that the caches get at the target. */
  refs: z.array(z.string()).default([]),
  blobs: z.array(transferBlobSchema),
  copyBlobs: count,
  copyBytes: count,
  skipBlobs: count,
  skipBytes: count,
  resultsLeftOut: count,
  /** What would be larger than BuildKit reads; one of the warnings says so of each. */
  oversized: z.array(z.enum(['config', 'manifest'])).optional(),
  warnings: z.array(z.string()),
});
export type TransferPreview = z.infer<typeof transferPreviewSchema>;

/** What a transfer did: the JSON of `import` and `export`. */
export const transferReportSchema = z.object({
  blobsCopied: count,
  blobsSkipped: count,
  bytesCopied: count,
  /** Blobs that a registry took from another of its repositories: nothing of them was sent, and they are in no other count. */
  blobsMounted: count.optional(),
  resultsLeftOut: count,
  manifest: descriptorSchema,
  /** Every cache that was written, and the name it has there; `manifest` is the first one's. */
  caches: z
    .array(
      z.object({
        ref: z.string(),
        manifest: descriptorSchema,
        records: count.optional(),
        /** Those of them that the reference did not hold before, where it was added to. */
        addedRecords: count.optional(),
      }),
    )
    .optional(),
  warnings: z.array(z.string()),
  /** Lines to paste into a build command. */
  commands: z.array(z.string()),
});
export type TransferReport = z.infer<typeof transferReportSchema>;
