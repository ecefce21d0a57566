import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { s3CheckSchema } from '../model/s3-check.ts';
import { sourceKindSchema, sourceSchema } from '../model/source.ts';
import { jobRefSchema, mutate, read, sourceRefSchema } from './procedure.ts';

/** An entry of the folder browser of the open dialog. Only names and kinds: no file contents are ever served. */
const browseEntrySchema = z.object({
  name: z.string(),
  path: z.string(),
  /** What it would open as; absent for a plain folder. */
  kind: sourceKindSchema.optional(),
});
export type BrowseEntry = z.infer<typeof browseEntrySchema>;

/**
 * What is open. Opening returns at once with a source in state `opening` and the job that builds its catalog;
 * cancelling that job removes the source again. Opening a location twice gives the same source.
 */
export const sources = {
  list: read.output(z.array(sourceSchema)),
  /** The whole list, first at once and then whenever it changes. */
  watch: read.output(eventIterator(z.array(sourceSchema))),
  get: read.input(sourceRefSchema).output(sourceSchema),
  /** `location`: a path, or a reference as in `docs/CLI.md`. */
  open: mutate
    .input(z.object({ location: z.string().min(1) }))
    .output(z.object({ source: sourceSchema, jobId: z.string() })),
  /** Lists a location and reads nothing yet: undo and emptying the trash need the place of a store, not what is in it. */
  add: mutate.input(z.object({ location: z.string().min(1) })).output(sourceSchema),
  /** Reads it again if its fingerprint changed, or always with `force`. */
  reload: mutate.input(sourceRefSchema.extend({ force: z.boolean().default(false) })).output(jobRefSchema),
  /** Takes it from the list and deletes its catalog. The source itself is not touched. */
  close: mutate.input(sourceRefSchema).output(z.object({})),
  /** Creates an empty managed store in a folder that is empty or does not exist, and opens it. */
  createStore: mutate
    .input(z.object({ path: z.string().min(1) }))
    .output(z.object({ source: sourceSchema, jobId: z.string() })),
  /**
   * Tests a connection to S3, step by step, with credentials that are read anew. With `mayWrite` one empty object is
   * written under a name of its own and deleted again.
   */
  checkS3: mutate
    .input(z.object({ location: z.string().min(1), mayWrite: z.boolean().default(false) }))
    .output(eventIterator(s3CheckSchema)),
  /** Lists a folder of this machine for the open dialog; absent path: the home folder. */
  browse: read
    .input(z.object({ path: z.string().optional() }))
    .output(z.object({ path: z.string(), parent: z.string().optional(), entries: z.array(browseEntrySchema) })),
};
