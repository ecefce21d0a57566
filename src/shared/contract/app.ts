import { z } from 'zod';
import { read } from './procedure.ts';

/** What the window needs to know of the program around it. */
export const app = {
  info: read.output(
    z.object({
      version: z.string(),
      host: z.enum(['electron', 'web', 'cli']),
      /** Location of the sample cache that ships with the project. */
      sample: z.string(),
      /** Where a new managed store is proposed. */
      storeFolder: z.string(),
      homeFolder: z.string(),
      platform: z.string(),
    }),
  ),
};
