import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { describeManifest } from '../remotecache/describe-manifest.ts';
import { readManifest, unpackDescriptors } from '../remotecache/manifest-reader.ts';
import { drive } from '../streams/drive.ts';

/** A larger manifest is not looked into for the little that it may save. */
export const MAX_MANIFEST_BYTES = 32 * 1024 * 1024;

/** Layers as the manifest of a cache or image describes them; none of an index of images. @throws `CORRUPT` */
export async function layersOfManifest(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  mediaType: string,
  subject: string,
): Promise<readonly Descriptor[]> {
  const described = describeManifest(await readManifest(chunks), mediaType, subject);
  return described.kind === 'index' ? [] : drive(unpackDescriptors(described.layers));
}
