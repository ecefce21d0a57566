import { z } from 'zod';
import { diskPartsSchema } from '../model/disk.ts';
import { ageBinSchema, treemapGroupSchema } from '../model/overview.ts';
import { recordRowSchema } from '../model/record.ts';
import { read, sourceRefSchema } from './procedure.ts';

/** What the Overview shows besides the totals of the source itself. */
export const overview = {
  /**
   * Distinct layer bytes by group. `step` groups by stage where names are known, else by the bottom layer of the chain.
   * At most `maxTiles` tiles in all, the largest first.
   */
  treemap: read
    .input(
      sourceRefSchema.extend({
        ref: z.string().optional(),
        group: z.enum(['step', 'kind', 'age']).default('step'),
        maxTiles: z.number().int().min(10).max(2000).default(400),
      }),
    )
    .output(z.object({ groups: z.array(treemapGroupSchema), totalBytes: z.number().int() })),
  ages: read
    .input(sourceRefSchema.extend({ ref: z.string().optional(), bins: z.number().int().min(1).max(200).default(40) }))
    .output(
      z.object({
        bins: z.array(ageBinSchema),
        /** Source text of the oldest and the newest creation time. */
        oldest: z.string().optional(),
        newest: z.string().optional(),
      }),
    ),
  /** What a folder takes on disk now; absent for what is no folder of ours or of a layout. */
  disk: read.input(sourceRefSchema).output(z.object({ parts: diskPartsSchema.optional() })),
  /** Records with the largest chains. */
  largest: read
    .input(sourceRefSchema.extend({ ref: z.string().optional(), limit: z.number().int().min(1).max(100).default(20) }))
    .output(z.array(recordRowSchema)),
};
