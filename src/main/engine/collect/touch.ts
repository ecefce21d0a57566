import type { TouchPreview, TouchReport } from '../../../shared/model/collect.ts';
import type { JobProgress } from '../../../shared/model/job.ts';
import type { CollectedBucket, FoundBlob, FoundManifest } from '../ports/collected-bucket.ts';
import { eachOf } from '../streams/each-of.ts';
import { BlobList } from './blob-list.ts';
import { markBlobs } from './mark.ts';

/** Copies under way at once: the server does the work. */
const AT_ONCE = 8;

/** What a renewal copies onto itself. */
export interface Renewal {
  readonly blobs: BlobList;
  readonly manifests: readonly FoundManifest[];
  readonly preview: TouchPreview;
}

/**
 * Finds what manifests need and is older than an age, and the manifests that are. Nothing is changed.
 * @throws as `markBlobs`
 */
export async function findRenewal(
  bucket: CollectedBucket,
  olderThanMs: number,
  signal?: AbortSignal,
): Promise<Renewal> {
  const mark = await markBlobs(bucket, Number.POSITIVE_INFINITY, signal);
  const isOld = (at: number): boolean => mark.now - at >= olderThanMs;
  const blobs = new BlobList();
  let young = 0;
  let missing = 0;
  for (const [number, size] of mark.sizes.entries()) {
    const modifiedAt = mark.modifiedAt[number] as number;
    if (size < 0) missing += 1;
    else if (isOld(modifiedAt)) blobs.add({ digest: mark.digestOf(number), size, modifiedAt });
    else young += 1;
  }
  const manifests = mark.manifests.filter(({ modifiedAt }) => isOld(modifiedAt));
  const preview = { olderThanMs, blobs: blobs.length, bytes: blobs.bytes, manifests: manifests.length, young, missing };
  return { blobs, manifests, preview };
}

/**
 * Makes blobs and manifests as new as if they had been written now, so that rules of the bucket leave them. A manifest that
 * somebody replaced meanwhile is left alone: it is new.
 * @throws why the server does not copy, `CANCELLED`; what was renewed until then stays so
 */
export async function touchRenewal(
  bucket: CollectedBucket,
  { blobs, manifests }: Renewal,
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((progress: JobProgress) => void) | undefined;
  } = {},
): Promise<TouchReport> {
  const { signal, onProgress } = options;
  const report = { blobs: 0, bytes: 0, manifests: 0, gone: 0 };
  const total = blobs.length;
  const touch = async (blob: FoundBlob, stop: AbortSignal): Promise<void> => {
    if (await bucket.touchBlob(blob, stop)) {
      report.blobs += 1;
      report.bytes += blob.size;
    } else report.gone += 1;
    onProgress?.({ phase: 'Renewing', done: report.blobs + report.gone, total, unit: 'blobs' });
  };
  await eachOf(blobs.slice(0, total), { atOnce: AT_ONCE, signal }, touch);
  for (const manifest of manifests) if (await bucket.touchManifest(manifest, signal)) report.manifests += 1;
  return report;
}
