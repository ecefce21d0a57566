import { z } from 'zod';
import { damageSchema } from '../model/damage.ts';
import { jobRefSchema, mutate, read, sourceRefSchema } from './procedure.ts';

/** Absent: all that are known to be damaged. */
const digests = z.array(z.string()).min(1).max(10_000).optional();

/** Finding damage, and mending it in a managed store. */
export const verify = {
  /** Reads and hashes every blob of a source. The job's result is a `VerifyReport`; a store keeps what was found. */
  start: read.input(sourceRefSchema).output(jobRefSchema),
  /** What is known to be wrong with the blobs of a source: from reading it, and from the last verify. */
  damage: read.input(sourceRefSchema).output(damageSchema),
  /**
   * Takes damaged blobs out of a store. Each is hashed once more before: what is whole by then stays. The job's result is
   * a `QuarantineReport`.
   */
  quarantine: mutate.input(sourceRefSchema.extend({ digests })).output(jobRefSchema),
  /**
   * Copies damaged and missing blobs anew from another place (a path or reference), checked against their digests; the
   * damaged ones go into quarantine before. The job's result is a `MendReport`.
   */
  mend: mutate.input(sourceRefSchema.extend({ from: z.string().min(1), digests })).output(jobRefSchema),
};
