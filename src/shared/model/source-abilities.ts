import { z } from 'zod';

/**
 * What can be done with a source, as its adapter declares it. Whoever offers an action or decides on one asks here, never
 * for the kind of the source.
 */
export const sourceAbilitiesSchema = z.object({
  /** Its blobs can be read, hashed and listed. */
  verify: z.boolean(),
  /** Its caches can be copied to elsewhere. */
  transfer: z.boolean(),
  /** It tells which records are made from which. */
  links: z.boolean(),
  /** A plan of ours tells what a prune of it would take. */
  plan: z.boolean(),
  /** Who carries out a prune: we do, and can undo it; the daemon that owns it, by rules of its own; nobody. */
  prune: z.enum(['here', 'daemon', 'never']),
  /** What none of its manifests needs can be deleted from it, without a trash. */
  collect: z.boolean(),
  /** Caches can be imported into it. */
  receive: z.boolean(),
  /** Damaged blobs can be set aside in it, and brought back from elsewhere. */
  repair: z.boolean(),
});
export type SourceAbilities = z.infer<typeof sourceAbilitiesSchema>;

/** What a cache can do that others wrote, and that is only read here. */
export const READ_ONLY_CACHE: SourceAbilities = {
  verify: true,
  transfer: true,
  links: true,
  plan: true,
  prune: 'never',
  collect: false,
  receive: false,
  repair: false,
};
