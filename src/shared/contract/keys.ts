import { z } from 'zod';
import { recordDetailSchema, recordGroupSchema, recordRowSchema, selectorPieceSchema } from '../model/record.ts';
import { read, sortSchema, sourceRefSchema, windowSchema } from './procedure.ts';

const query = sourceRefSchema.extend({
  ref: z.string().optional(),
  /** The window's filter language; "" matches all. A syntax error is `INVALID_INPUT` whose subject is `filter:<offset>`. */
  filter: z.string().default(''),
  sort: sortSchema.optional(),
});

/** Cache records. */
export const keys = {
  /** `grouped`: the rows of a group stand together, the groups as `groups` lists them; the sort holds inside each. */
  page: read.input(query.extend({ grouped: z.boolean().default(false), ...windowSchema.shape })).output(
    z.object({
      rows: z.array(recordRowSchema),
      /** Rows that match the filter. */
      total: z.number().int(),
      version: z.number().int(),
    }),
  ),
  /** Rows that match by build stage: stages by name, then what has none by kind. */
  groups: read.input(query.omit({ sort: true })).output(z.object({ groups: z.array(recordGroupSchema) })),
  /** Full records, in the same order as `page`: what the CLI prints. */
  list: read
    .input(query.extend(windowSchema.shape))
    .output(z.object({ records: z.array(recordDetailSchema), total: z.number().int() })),
  /** Sums over all rows that match, or over the ids given. `onlyTheseBytes`: blobs no other record uses. */
  sums: read.input(query.extend({ ids: z.array(z.string()).max(10_000).optional() })).output(
    z.object({
      records: z.number().int(),
      ownBytes: z.number().int(),
      deduplicatedBytes: z.number().int(),
      onlyTheseBytes: z.number().int(),
    }),
  ),
  /**
   * One record by its id, its digest, or the first digits of one (at least 4), in all caches or that of `ref`. What several
   * records have is `CONFLICT` whose hint lists the ids.
   */
  get: read.input(sourceRefSchema.extend({ id: z.string(), ref: z.string().optional() })).output(recordDetailSchema),
  /**
   * The selector of one alternative of an input, whole: from `offset`, a million characters at most. Records carry the
   * first 1,000.
   */
  selector: read
    .input(
      sourceRefSchema.extend({
        id: z.string(),
        ref: z.string().optional(),
        input: z.number().int().min(0),
        alternative: z.number().int().min(0).default(0),
        offset: z.number().int().min(0).default(0),
      }),
    )
    .output(selectorPieceSchema),
  /** Records whose digest, id or name matches, for the palette: a prefix of at least 4 hex digits, or text. */
  search: read
    .input(sourceRefSchema.extend({ text: z.string().min(1), limit: z.number().int().min(1).max(50).default(20) }))
    .output(z.array(recordRowSchema)),
};
