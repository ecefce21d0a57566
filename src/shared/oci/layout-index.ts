import { z } from 'zod';
import { CacheError } from '../base/errors.ts';
import type { Descriptor } from './descriptor.ts';
import { ANNOTATIONS, MEDIA_TYPES } from './media-types.ts';

/** An entry of an OCI layout's `index.json`. Fields we do not know are kept as they are. */
const entrySchema = z.looseObject({
  mediaType: z.string(),
  digest: z.string(),
  size: z.number().int().nonnegative(),
  annotations: z.record(z.string(), z.string()).optional(),
});

const indexSchema = z.looseObject({
  schemaVersion: z.number().optional(),
  mediaType: z.string().optional(),
  manifests: z
    .array(entrySchema)
    .nullish()
    .transform((entries) => entries ?? []),
});

/** The references of an OCI layout. */
export type LayoutIndexDocument = z.infer<typeof indexSchema>;
export type LayoutIndexEntry = LayoutIndexDocument['manifests'][number];

/** What a new layout starts with. */
export const EMPTY_INDEX: LayoutIndexDocument = { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: [] };

/** Reads an `index.json`. @throws `CORRUPT` with the subject given */
export function parseLayoutIndex(text: string, subject: string): LayoutIndexDocument {
  try {
    return indexSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new CacheError('CORRUPT', 'The index of the layout cannot be read.', {
      subject,
      hint: 'It should be an OCI image index in JSON. Export the cache again.',
      cause,
    });
  }
}

/** The text of an `index.json`, as BuildKit writes it: no white space, no line end. */
export function printLayoutIndex(index: LayoutIndexDocument): string {
  return JSON.stringify(index);
}

/** The name of an entry: the tag BuildKit looks it up by, `latest` where it has none. */
export function referenceOf(entry: LayoutIndexEntry): string {
  return entry.annotations?.[ANNOTATIONS.refName] ?? entry.annotations?.[ANNOTATIONS.imageName] ?? 'latest';
}

/**
 * The index with `ref` leading to the manifest, by BuildKit's rule: entries with the same tag and no image name go, the
 * new one is appended.
 */
export function withReference(index: LayoutIndexDocument, ref: string, manifest: Descriptor): LayoutIndexDocument {
  return {
    ...index,
    schemaVersion: index.schemaVersion ?? 2,
    mediaType: index.mediaType ?? MEDIA_TYPES.ociIndex,
    manifests: [
      ...index.manifests.filter((entry) => !isReplacedBy(entry, ref)),
      {
        mediaType: manifest.mediaType,
        digest: manifest.digest,
        size: manifest.size,
        annotations: { [ANNOTATIONS.refName]: ref },
      },
    ],
  };
}

/** Whether a cache written under `ref` takes the place of this entry. */
export function isReplacedBy(entry: LayoutIndexEntry, ref: string): boolean {
  return entry.annotations?.[ANNOTATIONS.refName] === ref && (entry.annotations[ANNOTATIONS.imageName] ?? '') === '';
}
