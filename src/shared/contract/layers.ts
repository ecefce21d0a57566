import { z } from 'zod';
import { layerDetailSchema, layerFileSchema, layerRowSchema } from '../model/layer.ts';
import { read, sortSchema, sourceRefSchema, windowSchema } from './procedure.ts';

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
  get: read.input(sourceRefSchema.extend({ digest: z.string() })).output(layerDetailSchema),
  /** The entries of its tar, read and not extracted. Decompression stops at a ratio limit with `CORRUPT`. */
  files: read.input(sourceRefSchema.extend({ digest: z.string(), ...windowSchema.shape })).output(
    z.object({
      files: z.array(layerFileSchema),
      total: z.number().int(),
      /** Sum of all file sizes, uncompressed. */
      totalBytes: z.number().int(),
    }),
  ),
};
