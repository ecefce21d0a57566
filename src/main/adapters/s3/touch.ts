import type { S3Object } from './bucket.ts';
import type { S3Connection } from './client.ts';

/** The largest object that is copied in one request; larger ones are copied in parts of this size. */
const COPY_BYTES = 5 * 1024 ** 3;

/**
 * Makes an object as new as if it had been written now, so that a rule of the bucket which deletes what is old leaves it:
 * copies it onto itself, as BuildKit does (`touch` in `cache/remotecache/s3`).
 * @param now epoch milliseconds, kept with the object as `updated-at`
 * @param etag what it must still have: else the server answers 412
 */
export async function touchObject(
  { client, sdk }: S3Connection,
  bucket: string,
  { key, size }: Pick<S3Object, 'key' | 'size'>,
  now: number,
  signal?: AbortSignal,
  etag?: string,
): Promise<void> {
  const options = signal ? { abortSignal: signal } : {};
  const source = { Bucket: bucket, Key: key, CopySource: `${bucket}/${encodeURIComponent(key)}` };
  if (size < COPY_BYTES) {
    // AWS looks at the target too, so that what is written in between is not replaced by what was read before.
    const same = etag === undefined ? {} : { CopySourceIfMatch: etag, IfMatch: etag };
    const copy = { ...source, ...same, MetadataDirective: 'REPLACE', Metadata: { 'updated-at': goTime(now) } } as const;
    await client.send(new sdk.CopyObjectCommand(copy), options);
    return;
  }
  const place = { Bucket: bucket, Key: key };
  const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand(place), options);
  try {
    const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
    for (let at = 0; at < size; at += COPY_BYTES) {
      const PartNumber = Parts.length + 1;
      const CopySourceRange = `bytes=${at}-${Math.min(at + COPY_BYTES, size) - 1}`;
      const part = new sdk.UploadPartCopyCommand({ ...source, UploadId, PartNumber, CopySourceRange });
      const { CopyPartResult } = await client.send(part, options);
      Parts.push({ PartNumber, ETag: CopyPartResult?.ETag });
    }
    const whole = new sdk.CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload: { Parts } });
    await client.send(whole, options);
  } catch (error) {
    await client.send(new sdk.AbortMultipartUploadCommand({ ...place, UploadId })).catch(() => {});
    throw error;
  }
}

/** A time as Go prints it: `2026-11-30 23:10:00.5 +0000 UTC`. */
function goTime(now: number): string {
  const [day = '', time = ''] = new Date(now).toISOString().split('T');
  return `${day} ${time.replace(/\.?0*Z$/, '')} +0000 UTC`;
}
