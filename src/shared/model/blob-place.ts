import { z } from 'zod';
import { TRANSPORTS } from '../oci/reference.ts';

/** A place outside the source that is asked about, where a blob is or was seen. */
export const blobPlaceSchema = z.object({
  /** The text that opens it. */
  location: z.string(),
  kind: z.enum(TRANSPORTS),
  /** `open`: a source of the list that holds the blob whole; `known`: it was seen there once, which is no promise. */
  how: z.enum(['open', 'known']),
  /** When it was seen there, epoch ms; absent where it never was written down. */
  recordedAt: z.number().optional(),
  /** The source of the list that it is. */
  sourceId: z.string().optional(),
});
export type BlobPlace = z.infer<typeof blobPlaceSchema>;
