import { z } from 'zod';
import { CacheError } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { ANNOTATIONS } from '../../../shared/oci/media-types.ts';
import { goString } from './marshal.ts';
import { type PackedConfig, parsePacked } from './parse.ts';

/** The field of an image config that holds an inline cache: base64 of a list of cache records. */
const INLINE_FIELD = 'moby.buildkit.cache.v0';

const imageConfigSchema = z.looseObject({
  os: z.string().optional(),
  architecture: z.string().optional(),
  variant: z.string().optional(),
  [INLINE_FIELD]: z.base64().optional(),
  rootfs: z.looseObject({ diff_ids: z.array(z.string()).nullish() }).nullish(),
  history: z
    .array(
      z.looseObject({
        created: z.string().optional(),
        created_by: z.string().optional(),
        empty_layer: z.boolean().optional(),
      }),
    )
    .nullish(),
});

/** An inline cache: its records over the layers of the image, which become one chain. */
export interface InlineCache {
  readonly config: PackedConfig;
  /** The image's layers with what the image config says of them. */
  readonly layers: readonly Descriptor[];
  /** `linux/arm64/v8`; undefined where the image config does not say. */
  readonly platform: string | undefined;
}

/**
 * Reads the cache inside an image config. The layer list is implicit: layer i of the image over layer i − 1.
 * Must agree with `importInlineCache` of BuildKit.
 * @returns undefined for an image without an inline cache
 * @throws `CORRUPT` with the subject given, or as `parseCacheConfig`
 */
export async function readInlineCache(
  imageConfig: Uint8Array,
  layers: readonly Descriptor[],
  subject: string,
): Promise<InlineCache | undefined> {
  const image = parseImageConfig(imageConfig, subject);
  const encoded = image[INLINE_FIELD];
  if (encoded === undefined) return undefined;
  const diffIDs = image.rootfs?.diff_ids ?? [];
  if (diffIDs.length !== layers.length) {
    throw new CacheError('CORRUPT', `The image has ${layers.length} layers, but its config names ${diffIDs.length}.`, {
      subject,
      hint: 'BuildKit ignores the inline cache of such an image. Build and push it again.',
    });
  }
  const chain = layers.map((layer, i) => `{"blob":${goString(layer.digest)},"parent":${i - 1}}`).join();
  const text = new TextEncoder();
  const records = Buffer.from(encoded, 'base64');
  const config = await parsePacked([text.encode(`{"layers":[${chain}],"records":`), records, text.encode('}')]);
  const history = (image.history ?? []).filter((entry) => entry.empty_layer !== true);
  return {
    config,
    platform: platformOf(image),
    layers: layers.map((layer, i) => ({
      ...layer,
      annotations: {
        ...layer.annotations,
        [ANNOTATIONS.uncompressed]: diffIDs[i] ?? '',
        ...(history[i]?.created === undefined ? {} : { [ANNOTATIONS.createdAt]: history[i].created }),
        ...(history[i]?.created_by === undefined ? {} : { [ANNOTATIONS.description]: history[i].created_by }),
      },
    })),
  };
}

type ImageConfig = z.infer<typeof imageConfigSchema>;

function platformOf({ os, architecture, variant }: ImageConfig): string | undefined {
  return os && architecture ? [os, architecture, ...(variant ? [variant] : [])].join('/') : undefined;
}

function parseImageConfig(bytes: Uint8Array, subject: string): ImageConfig {
  try {
    return imageConfigSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    throw new CacheError('CORRUPT', 'The config of the image cannot be read.', {
      subject,
      hint: 'Build and push the image again.',
      cause,
    });
  }
}
