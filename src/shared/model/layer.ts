import { z } from 'zod';
import { CACHE_ERROR_CODES } from '../base/errors.ts';
import { blobPlaceSchema } from './blob-place.ts';
import { recordRefSchema } from './record.ts';

const count = z.number().int().nonnegative();

/** A row of the Layers table: one distinct blob. Size is the descriptor's, in bytes. */
export const layerRowSchema = z.object({
  digest: z.string(),
  mediaType: z.string(),
  size: count,
  /** Digest of the uncompressed tar; "" where the manifest does not say. */
  diffID: z.string(),
  /** Records with a result whose chain holds this blob. */
  records: count,
  present: z.boolean(),
  /** Why it cannot be used, when something is wrong with it. */
  problem: z.enum(CACHE_ERROR_CODES).optional(),
  /** `buildkit/createdat` of the descriptor. */
  createdAt: z.string().optional(),
});
export type LayerRow = z.infer<typeof layerRowSchema>;

/** A layer with who uses it (at most 200 records). */
export const layerDetailSchema = layerRowSchema.extend({
  usedBy: z.array(recordRefSchema),
  usedByTotal: count,
  /** References of this source that hold it. */
  refs: z.array(z.string()),
});
export type LayerDetail = z.infer<typeof layerDetailSchema>;

/** What is asked of one layer: its row, its users, and where else it is or was seen, the best place first. */
export const layerAnswerSchema = layerDetailSchema.extend({ places: z.array(blobPlaceSchema) });
export type LayerAnswer = z.infer<typeof layerAnswerSchema>;

/** An entry of a layer's tar. Nothing is ever extracted. Times are epoch seconds as the tar has them. */
export const layerFileSchema = z.object({
  path: z.string(),
  type: z.enum([
    'file',
    'directory',
    'symlink',
    'link',
    'character-device',
    'block-device',
    'fifo',
    'whiteout',
    'opaque',
  ]),
  size: count,
  mode: z.number().int(),
  uid: z.number().int(),
  gid: z.number().int(),
  mtime: z.number(),
  target: z.string().optional(),
});
export type LayerFile = z.infer<typeof layerFileSchema>;
