import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { MEDIA_TYPES } from '../../../shared/oci/media-types.ts';
import type { CacheConfig } from '../model/cache-config.ts';
import type { Document } from '../ports/cache-target.ts';
import type { BlobStore } from '../ports/managed-store.ts';
import { describeDocument, writeDocument } from '../store/write-document.ts';
import { buildManifest, layerDescriptors, toOciLayerType, type WrittenForm } from './manifest.ts';
import { marshalCacheConfig } from './marshal.ts';
import { withLayerAnnotations } from './s3-manifest.ts';

/** The two documents of a cache, as they would be written; in S3 both are the same. */
export interface CacheDocuments {
  readonly form: WrittenForm;
  readonly config: Descriptor;
  readonly manifest: Descriptor;
  readonly configDocument: Document;
  readonly manifestDocument: Document;
  /** Writes config, then manifest. Nothing leads to either yet. */
  write(blobs: BlobStore, signal?: AbortSignal): Promise<void>;
}

/**
 * Config and manifest of a cache from its columns.
 * @param descriptors of its layers, in any order; more than it has do not matter
 * @throws `CORRUPT` for a layer without a descriptor, `CANCELLED`
 */
export async function cacheDocuments(
  parsed: CacheConfig,
  form: WrittenForm,
  descriptors: readonly Descriptor[],
  signal?: AbortSignal,
): Promise<CacheDocuments> {
  if (form === 's3') return s3Documents(parsed, descriptors, signal);
  const configDocument: Document = { mediaType: MEDIA_TYPES.cacheConfig, pieces: () => marshalCacheConfig(parsed) };
  const config = await describeDocument(configDocument, signal);
  const { bytes, descriptor } = buildManifest({ form, config, layers: layerDescriptors(parsed, descriptors) });
  const manifestDocument: Document = { mediaType: descriptor.mediaType, pieces: () => [bytes] };
  return {
    form,
    config,
    manifest: descriptor,
    configDocument,
    manifestDocument,
    write: async (blobs, signal) => {
      await writeDocument(blobs, configDocument, config, signal);
      await writeDocument(blobs, manifestDocument, descriptor, signal);
    },
  };
}

async function s3Documents(
  parsed: CacheConfig,
  descriptors: readonly Descriptor[],
  signal?: AbortSignal,
): Promise<CacheDocuments> {
  const layers = layerDescriptors(parsed, descriptors).map((layer) => ({
    ...layer,
    mediaType: toOciLayerType(layer.mediaType),
  }));
  const annotated = withLayerAnnotations({ config: parsed, descriptors: layers });
  const document: Document = { mediaType: MEDIA_TYPES.cacheConfig, pieces: () => marshalCacheConfig(annotated) };
  const descriptor = await describeDocument(document, signal);
  return {
    form: 's3',
    config: descriptor,
    manifest: descriptor,
    configDocument: document,
    manifestDocument: document,
    write: (blobs, signal) => writeDocument(blobs, document, descriptor, signal),
  };
}
