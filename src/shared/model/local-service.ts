import { z } from 'zod';
import { errorDataSchema } from './source.ts';

/** A place that the merged cache was written to, and what went wrong there the last time. */
export const publishedSchema = z.object({ location: z.string(), at: z.number(), error: errorDataSchema.optional() });
export type Published = z.infer<typeof publishedSchema>;

/** The cache service that this program runs itself. `failed`: it did not start, or not end, and `error` says why. */
export const localServiceSchema = z.object({
  state: z.enum(['stopped', 'starting', 'running', 'stopping', 'failed']),
  /** Where it answers, and where it keeps layers; while it runs. */
  url: z.string().optional(),
  location: z.string().optional(),
  startedAt: z.number().optional(),
  published: z.array(publishedSchema),
  error: errorDataSchema.optional(),
});
export type LocalService = z.infer<typeof localServiceSchema>;
