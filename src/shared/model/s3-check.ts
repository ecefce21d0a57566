import { z } from 'zod';
import { errorDataSchema } from './source.ts';

/** What a test of a connection to S3 looks at, in this order. */
export const S3_STEPS = ['endpoint', 'clock', 'credentials', 'bucket', 'list', 'read', 'write', 'delete'] as const;
export type S3Step = (typeof S3_STEPS)[number];

/** One step. `waiting`: not looked at, since an earlier one failed or nobody allowed it. */
export const s3StepSchema = z.object({
  step: z.enum(S3_STEPS),
  state: z.enum(['waiting', 'running', 'done', 'failed']),
  /** What was found, in a few words. */
  found: z.string().optional(),
  error: errorDataSchema.optional(),
});
export type S3StepResult = z.infer<typeof s3StepSchema>;

/** How far a test is. `access`: what the account may do, once it is over. */
export const s3CheckSchema = z.object({
  /** The canonical text of the address that was tested: the one to open. */
  location: z.string(),
  steps: z.array(s3StepSchema),
  isOver: z.boolean(),
  access: z.enum(['none', 'read', 'write', 'read-untested-write']),
  /** Caches that lie there; absent while it is not known. */
  caches: z.number().int().nonnegative().optional(),
});
export type S3Check = z.infer<typeof s3CheckSchema>;
