import { z } from 'zod';
import { graphSchema } from '../model/graph.ts';
import { recordRefSchema } from '../model/record.ts';
import { read, sourceRefSchema } from './procedure.ts';

/** The link graph around a record. */
export const graph = {
  /** All records up to `depth` links away. An ambiguous digest is `CONFLICT` whose hint lists the ids. */
  neighbourhood: read
    .input(
      sourceRefSchema.extend({
        from: z.string(),
        depth: z.number().int().min(0).max(10_000).default(2),
        direction: z.enum(['inputs', 'users', 'both']).default('both'),
        maxNodes: z.number().int().min(1).max(100_000).default(300),
        /** Links of the nearest records come first. */
        maxEdges: z.number().int().min(0).max(1_000_000).default(200_000),
      }),
    )
    .output(graphSchema),
  /** A shortest path from a root record to this one, root first. */
  pathToRoot: read
    .input(sourceRefSchema.extend({ id: z.string() }))
    .output(z.object({ path: z.array(recordRefSchema) })),
  /** How many records it needs and how many need it, over all links. */
  reach: read
    .input(sourceRefSchema.extend({ id: z.string() }))
    .output(z.object({ needs: z.number().int(), neededBy: z.number().int() })),
};
