import { z } from 'zod';
import { recordKindSchema, recordRefSchema } from './record.ts';

const count = z.number().int().nonnegative();

/** A tile: one distinct layer blob, under the record whose result has it on top. */
export const treemapTileSchema = recordRefSchema.extend({
  blob: z.string(),
  bytes: count,
  /** Records whose chain holds the blob. */
  records: count,
  createdAt: z.string().optional(),
});
export type TreemapTile = z.infer<typeof treemapTileSchema>;

/** A group of tiles; `rest` is what is not sent one by one. Group bytes include the rest. */
export const treemapGroupSchema = z.object({
  key: z.string(),
  label: z.string(),
  bytes: count,
  tiles: z.array(treemapTileSchema),
  rest: z.object({ tiles: count, bytes: count }),
});
export type TreemapGroup = z.infer<typeof treemapGroupSchema>;

/** A bin of the age histogram: bytes added by records created in [fromMs, toMs), by kind. */
export const ageBinSchema = z.object({
  fromMs: z.number(),
  toMs: z.number(),
  records: count,
  bytes: count,
  byKind: z.partialRecord(recordKindSchema, count),
});
export type AgeBin = z.infer<typeof ageBinSchema>;
