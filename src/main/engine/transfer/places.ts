import { toCacheError } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { parseRef, type Ref } from '../../../shared/oci/reference.ts';
import { recordLayerSources } from '../blob-info/locate.ts';
import type { BIC } from '../ports/blob-info-cache.ts';
import type { CacheSource } from '../ports/cache-source.ts';

/** Where a source has its blobs, for the blob info cache. */
export function placeOfSource({ kind, location }: Pick<CacheSource, 'kind' | 'location'>): Ref {
  if (kind === 'registry') return parseRef(location);
  const transport = kind === 'store' ? 'store' : kind === 'oci-tar' ? 'oci-archive' : 'oci';
  return { transport, registry: '', repository: location };
}

/** Remembers where blobs are. It helps later, and is never the reason that a transfer fails. */
export async function rememberPlace(
  blobInfo: BIC | undefined,
  blobs: readonly Descriptor[],
  place: Ref,
  log: (text: string) => void,
): Promise<void> {
  if (!blobInfo || blobs.length === 0) return;
  try {
    await recordLayerSources(blobInfo, blobs, place);
  } catch (error) {
    log(`where blobs are was not remembered: ${toCacheError(error).message}`);
  }
}
