import { jobRefSchema, read, sourceRefSchema } from './procedure.ts';

/** Reads and hashes every blob of a source. The job's result is a `VerifyReport`. */
export const verify = {
  start: read.input(sourceRefSchema).output(jobRefSchema),
};
