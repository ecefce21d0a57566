import { z } from 'zod';
import { recordRefSchema } from './record.ts';

const count = z.number().int().nonnegative();

/** A node of a drawn neighbourhood. `hidden…` say how many more links there are beyond what was sent. */
export const graphNodeSchema = recordRefSchema.extend({
  /** Links away from the focus: negative towards the inputs, positive towards the users, 0 the focus. */
  distance: z.number().int(),
  ownBytes: count,
  addsBytes: count,
  reclaimableBytes: count,
  createdAt: z.string().optional(),
  results: count,
  hiddenInputs: count,
  hiddenUsers: count,
});
export type GraphNode = z.infer<typeof graphNodeSchema>;

/** A link: `from` is the input record, `to` the record found through it, at input position `input`. */
export const graphEdgeSchema = z.object({
  from: z.string(),
  to: z.string(),
  input: count,
  /** At most 1,000 characters of it, see `boundedSelector`. */
  selector: z.string(),
});
export type GraphEdge = z.infer<typeof graphEdgeSchema>;

/** Focus and context. `truncated` is true when the node limit cut it; links were cut where there are fewer than `edgesTotal`. */
export const graphSchema = z.object({
  focus: z.string(),
  nodes: z.array(graphNodeSchema),
  edges: z.array(graphEdgeSchema),
  /** Links between the nodes, those beyond the limit too. */
  edgesTotal: count,
  truncated: z.boolean(),
  /** Records in the whole source, for "13 of 45 records". */
  total: count,
});
export type Graph = z.infer<typeof graphSchema>;
