import { toCacheError } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import type { Ref } from '../../../shared/oci/reference.ts';
import { recordLayerSources } from '../blob-info/locate.ts';
import type { BIC } from '../ports/blob-info-cache.ts';

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
