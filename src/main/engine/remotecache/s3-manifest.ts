import { z } from 'zod';
import { CacheError } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { isDigest } from '../../../shared/oci/digest.ts';
import { ANNOTATIONS } from '../../../shared/oci/media-types.ts';
import type { CacheConfig } from '../model/cache-config.ts';
import { goString } from './marshal.ts';
import { isTimeText } from './text-form.ts';

/**
 * What BuildKit's S3 back end keeps with each layer of a config, where others have a manifest beside it
 * (`cache/remotecache/v1/types`, `LayerAnnotations`).
 */
const annotationsSchema = z.looseObject({
  mediaType: z.string().default(''),
  diffID: z.string().refine(isDigest),
  size: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER).default(0),
  createdAt: z
    .string()
    .refine((text) => isTimeText(new TextEncoder().encode(text)))
    .optional(),
});

/** Go's time that was never set. */
const NO_TIME = '0001-01-01T00:00:00Z';

/** A cache as other places have it: a bare config, and a descriptor for each of its layers. */
export interface BareCache {
  readonly config: CacheConfig;
  /** In the order of the config's layers; digests may repeat. */
  readonly descriptors: readonly Descriptor[];
}

/**
 * Takes the descriptors out of a config that has them with its layers.
 * @throws `CORRUPT` naming `layers[i].annotations` where one is missing or has no diffID: BuildKit imports none of it then
 */
export function withoutLayerAnnotations(config: CacheConfig): BareCache {
  const descriptors = Array.from(config.layerBlob, (text, layer): Descriptor => {
    const said = parsed(config.layerAnnotations.get(layer), layer);
    const { createdAt = NO_TIME } = said;
    return {
      mediaType: said.mediaType,
      digest: config.texts[text] ?? '',
      size: said.size,
      annotations: {
        ...(createdAt === NO_TIME ? {} : { [ANNOTATIONS.createdAt]: createdAt }),
        [ANNOTATIONS.uncompressed]: said.diffID,
      },
    };
  });
  return { config: { ...config, layerAnnotations: new Map() }, descriptors };
}

/**
 * Puts the descriptors with the layers of a config, as BuildKit's S3 exporter does.
 * @param descriptors one for each layer, in order
 * @throws `CORRUPT` naming `layers[i].annotations` for a layer that does not say what it unpacks to
 */
export function withLayerAnnotations({ config, descriptors }: BareCache): CacheConfig {
  const layerAnnotations = new Map(descriptors.map((descriptor, layer) => [layer, annotationsOf(descriptor, layer)]));
  return { ...config, layerAnnotations };
}

function annotationsOf({ mediaType, size, annotations }: Descriptor, layer: number): string {
  const diffID = annotations?.[ANNOTATIONS.uncompressed];
  if (!isDigest(diffID)) {
    throw new CacheError('CORRUPT', 'The layer does not say what it unpacks to, which S3 caches need.', {
      subject: `layers[${layer}].annotations`,
      hint: `Its descriptor has no ${ANNOTATIONS.uncompressed}. Export the cache again.`,
    });
  }
  const createdAt = annotations?.[ANNOTATIONS.createdAt] ?? NO_TIME;
  const fields = [
    ...(mediaType === '' ? [] : [`"mediaType":${goString(mediaType)}`]),
    `"diffID":${goString(diffID)}`,
    ...(size === 0 ? [] : [`"size":${size}`]),
    `"createdAt":${goString(createdAt)}`,
  ];
  return `{${fields.join()}}`;
}

function parsed(text: string | undefined, layer: number): z.infer<typeof annotationsSchema> {
  const answer = text === undefined ? undefined : annotationsSchema.safeParse(JSON.parse(text));
  if (answer?.success) return answer.data;
  const field = answer?.error.issues[0]?.path.join('.');
  throw new CacheError('CORRUPT', 'The layer does not say what it is.', {
    subject: `layers[${layer}].annotations${field ? `.${field}` : ''}`,
    hint: 'BuildKit imports nothing of such a cache. Export it again.',
  });
}
