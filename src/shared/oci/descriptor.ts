import { z } from 'zod';

/** An OCI content descriptor: what a manifest says of a blob. Size is in bytes. */
export const descriptorSchema = z.object({
  mediaType: z.string(),
  digest: z.string(),
  size: z.number().int().nonnegative(),
  annotations: z.record(z.string(), z.string()).optional(),
});
export type Descriptor = z.infer<typeof descriptorSchema>;
