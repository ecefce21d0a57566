import { z } from 'zod';
import { recordUsageSchema } from './usage.ts';

const bytes = z.number().int().nonnegative();
const count = z.number().int().nonnegative();

/**
 * What a record is known to be. `content` is a root found by the checksum of an input's files;
 * `unknown` is a step of which nothing but its digest is known.
 */
export const recordKindSchema = z.enum(['exec', 'copy', 'source', 'mount', 'merge', 'content', 'unknown']);
export type RecordKind = z.infer<typeof recordKindSchema>;

/** Where a name came from, most trusted first. */
export const nameFromSchema = z.enum(['preimage', 'recomputed', 'reference', 'context', 'inferred']);

/** What every place that mentions a record shows: kind glyph, stage, step, digest. */
export const recordRefSchema = z.object({
  id: z.string(),
  digest: z.string(),
  kind: recordKindSchema,
  /** `RUN npm ci`; absent where nothing is known. */
  name: z.string().optional(),
  /** `assets 2/3`; absent where nothing is known. */
  stage: z.string().optional(),
  nameFrom: nameFromSchema.optional(),
});
export type RecordRef = z.infer<typeof recordRefSchema>;

/** A row of the Keys table. Sizes are those of the newest result's chain; see `docs/CLI.md`. */
export const recordRowSchema = recordRefSchema.extend({
  ref: z.string(),
  inputs: count,
  results: count,
  users: count,
  layers: count,
  ownBytes: bytes,
  /** Size of the top layer alone: what this step added. */
  addsBytes: bytes,
  sharedBytes: bytes,
  reclaimableBytes: bytes,
  /** The source's own text, nanoseconds kept; absent without a result. */
  createdAt: z.string().optional(),
  /** BuildKit's own figures, where the source has them: then sizes are those on the daemon's disk. */
  usage: recordUsageSchema.optional(),
});
export type RecordRow = z.infer<typeof recordRowSchema>;

/** Records of one build stage, or of one kind where no stage is known; exactly one of both is set. */
export const recordGroupSchema = z.object({
  /** `assets`: the stage without the number of the step. */
  stage: z.string().optional(),
  kind: recordKindSchema.optional(),
  records: count,
  /** Sum of what each record's step added. */
  addsBytes: bytes,
});
export type RecordGroup = z.infer<typeof recordGroupSchema>;

/** An input alternative: the record it links to, and the selector digest or "", of which at most 1,000 characters are sent. */
export const inputAlternativeSchema = recordRefSchema.extend({ selector: z.string() });

/** A piece of a selector. `next`: where the one after it begins; absent at the end. */
export const selectorPieceSchema = z.object({ text: z.string(), characters: count, next: count.optional() });
export type SelectorPiece = z.infer<typeof selectorPieceSchema>;

/** A layer of a result's chain, bottom to top. */
export const chainLayerSchema = z.object({
  digest: z.string(),
  size: bytes,
  present: z.boolean(),
  /** The record whose result has this layer on top, where there is one. */
  record: recordRefSchema.optional(),
});

/** Everything known of one record. */
export const recordDetailSchema = recordRowSchema.omit({ inputs: true, results: true, users: true }).extend({
  /** Outer: input position. Inner: alternatives, any of which will do. */
  inputs: z.array(z.array(inputAlternativeSchema)),
  /** `layers`: the topmost of the chain. All of them, up to 1,000 over the results of one record that is asked for alone. */
  results: z.array(z.object({ createdAt: z.string(), layers: z.array(chainLayerSchema), layersTotal: count })),
  /** All results; `results` holds the first 100 at most. */
  resultsTotal: count,
  /** The first 200 records that use it, with the input position. */
  users: z.array(recordRefSchema.extend({ input: count, selector: z.string() })),
  usersTotal: count,
  /** The operation as text lines, where a name is known exactly: arguments, environment, paths. */
  operation: z.string().optional(),
});
export type RecordDetail = z.infer<typeof recordDetailSchema>;
