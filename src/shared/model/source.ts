import { z } from 'zod';
import { CACHE_ERROR_CODES } from '../base/errors.ts';
import { descriptorSchema } from '../oci/descriptor.ts';
import { refSchema } from '../oci/reference.ts';
import { sourceAbilitiesSchema } from './source-abilities.ts';
import { totalsSchema } from './totals.ts';
import { usageTotalsSchema } from './usage.ts';

/** The plain form of a `CacheError`. */
export const errorDataSchema = z.object({
  code: z.enum(CACHE_ERROR_CODES),
  message: z.string(),
  subject: z.string().optional(),
  hint: z.string().optional(),
});

/** Something wrong with a part of a source that otherwise opened. */
export type Problem = z.infer<typeof errorDataSchema>;

/**
 * Kinds of source that open today. A managed store is an OCI layout with our own bookkeeping beside it; `state-folder`
 * is what a BuildKit daemon keeps on its disk, `du-listing` what `buildctl du` printed, `s3` what its `type=s3` keeps in a
 * bucket.
 */
export const sourceKindSchema = z.enum([
  'oci-layout',
  'oci-tar',
  'store',
  'registry',
  's3',
  'state-folder',
  'du-listing',
]);
export type SourceKind = z.infer<typeof sourceKindSchema>;

/**
 * How the manifest of a cache is written. Two have none: `solver` is the key graph of a daemon, `references` are records
 * of a daemon that no key of its leads to.
 */
export const cacheFormSchema = z.enum([
  'image-manifest',
  'index-oci',
  'index-docker',
  'inline',
  's3',
  'solver',
  'references',
]);
export type CacheForm = z.infer<typeof cacheFormSchema>;

/** One cache of a source: a reference in its `index.json`. */
export const cacheSummarySchema = z.object({
  ref: z.string(),
  manifest: descriptorSchema.optional(),
  config: descriptorSchema.optional(),
  form: cacheFormSchema,
  totals: totalsSchema,
});
export type CacheSummary = z.infer<typeof cacheSummarySchema>;

/** `listed`: nothing was read yet; `opening` while its catalog is built; `ready` can be queried; `failed` holds why. */
export const sourceStateSchema = z.enum(['listed', 'opening', 'ready', 'failed']);

/** A source in the list. `id` depends on kind and location only, so a deep link survives a restart. */
export const sourceSchema = z.object({
  id: z.string(),
  kind: sourceKindSchema,
  location: z.string(),
  name: z.string(),
  state: sourceStateSchema,
  can: sourceAbilitiesSchema,
  /** Where its blobs are. */
  place: refSchema,
  /** The sample cache that ships with the project. */
  sample: z.boolean(),
  fingerprint: z.string().optional(),
  totals: totalsSchema.optional(),
  /** BuildKit's own figures, where the source has them. */
  du: usageTotalsSchema.optional(),
  /** Builds that the source tells of. */
  builds: z.number().int().nonnegative().optional(),
  caches: z.array(cacheSummarySchema),
  problems: z.array(errorDataSchema),
  error: errorDataSchema.optional(),
  /** Job that is reading it: while `state` is `opening`, or again while it is `ready`. */
  jobId: z.string().optional(),
  /** Rises by one whenever the catalog is rebuilt; a cached page of an older version is stale. */
  version: z.number().int(),
  openedAt: z.number(),
});
export type Source = z.infer<typeof sourceSchema>;
