import { z } from 'zod';
import { layerAnswerSchema, layerFileSchema, layerRowSchema } from '../model/layer.ts';
import { sourceSchema } from '../model/source.ts';
import { mutate, read, sortSchema, sourceRefSchema, windowSchema } from './procedure.ts';

/** Layer blobs. */
export const layers = {
  page: read
    .input(
      sourceRefSchema.extend({
        ref: z.string().optional(),
        filter: z.string().default(''),
        sort: sortSchema.optional(),
        ...windowSchema.shape,
      }),
    )
    .output(
      z.object({
        rows: z.array(layerRowSchema),
        total: z.number().int(),
        totalBytes: z.number().int(),
        version: z.number().int(),
      }),
    ),
  get: read.input(sourceRefSchema.extend({ digest: z.string() })).output(layerAnswerSchema),
  /** Opens a place that `get` listed, as `sources.open` does. Where nothing is any more (`NOT_FOUND`) it is forgotten. */
  openPlace: mutate
    .input(z.object({ digest: z.string(), location: z.string().min(1) }))
    .output(z.object({ source: sourceSchema, jobId: z.string() })),
  /**
   * The entries of its tar, read and not extracted, in its order or sorted by `path` or `size`. `filter` is a part of
   * the path, upper and lower case alike. Decompression stops at a ratio limit with `CORRUPT`.
   */
  files: read
    .input(
      sourceRefSchema.extend({
        digest: z.string(),
        filter: z.string().default(''),
        sort: sortSchema.optional(),
        ...windowSchema.shape,
      }),
    )
    .output(
      z.object({
        files: z.array(layerFileSchema),
        /** Entries that match. */
        total: z.number().int(),
        /** Sum of their file sizes, uncompressed. */
        totalBytes: z.number().int(),
      }),
    ),
};
