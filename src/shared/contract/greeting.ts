import { z } from 'zod';
import { errorDataSchema } from '../model/source.ts';

/** The first message on a port to the engine: it serves from now on, or it says why it cannot and ends. */
export const greetingSchema = z.discriminatedUnion('engine', [
  z.object({ engine: z.literal('ready') }),
  z.object({ engine: z.literal('failed'), error: errorDataSchema }),
]);
export type Greeting = z.infer<typeof greetingSchema>;
