import { toCacheError } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { parseDigest } from '../../../shared/oci/digest.ts';
import type { Ref } from '../../../shared/oci/reference.ts';
import { recordLayerSource, recordLayerSources } from '../blob-info/locate.ts';
import type { BIC } from '../ports/blob-info-cache.ts';
import type { TransferSource } from './run.ts';

/** Remembers where blobs are, in two writes. It helps later, and is never the reason that a transfer fails. */
export async function rememberPlace(
  blobInfo: BIC | undefined,
  blobs: readonly Descriptor[],
  place: Ref,
  log: (text: string) => void,
): Promise<void> {
  if (!blobInfo || blobs.length === 0) return;
  await recordLayerSources(blobInfo, blobs, place).catch((error: unknown) =>
    log(`where blobs are was not remembered: ${toCacheError(error).message}`),
  );
}

/** The same for blobs of a source, each where it is. */
export async function rememberSource(
  blobInfo: BIC | undefined,
  blobs: readonly Descriptor[],
  { place, placeOf }: Pick<TransferSource, 'place' | 'placeOf'>,
  log: (text: string) => void,
): Promise<void> {
  const places = Map.groupBy(blobs, ({ digest }) => placeOf?.(parseDigest(digest)) ?? place);
  for (const [at, there] of places) await rememberPlace(blobInfo, there, at, log);
}

/** Remembers one layer as soon as it is there: it stays when what follows fails. Does not wait; a failure is said at the end. */
export function rememberArrival(blobInfo: BIC | undefined, blob: Descriptor, place: Ref): void {
  if (blobInfo) recordLayerSource(blobInfo, blob, place).catch(() => undefined);
}
