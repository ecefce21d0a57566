import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { CacheError, cancelled, throwIfAborted } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { parseDigest, splitDigest } from '../../../shared/oci/digest.ts';
import type { S3Connection } from './client.ts';

/** A part that is sent, in bytes; more where a blob would have more than 10,000. */
const PART_BYTES = 8 * 1024 * 1024;
const MAX_PARTS = 10_000;
/** Parts of one blob under way at once: these are what of it is in memory. */
const PARTS_AT_ONCE = 3;

/** One upload. */
export interface UploadOptions {
  readonly bucket: string;
  readonly key: string;
  readonly blob: Pick<Descriptor, 'digest' | 'size'>;
  readonly signal?: AbortSignal | undefined;
  /** How many more bytes the server has. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * Sends a blob, in parts where it is large. The last byte goes out only when all of them have the size and the digest that
 * they should have, and the object is there with it: before, nobody sees anything. Parts of an upload that fails are
 * deleted.
 * @param bytes what is sent; its errors are thrown as they are
 * @throws `SIZE_MISMATCH`, `DIGEST_MISMATCH` whose subject is the digest, `CANCELLED`, and what the SDK throws
 */
export async function uploadObject(
  { client, sdk }: S3Connection,
  bytes: AsyncIterable<Uint8Array>,
  { bucket, key, blob, signal, onBytes }: UploadOptions,
): Promise<void> {
  const { Upload } = await import('@aws-sdk/lib-storage');
  let fault: unknown;
  const body = checked(bytes, blob, signal, (error) => {
    fault = error;
  });
  // Parts under way end when it is stopped. The request that begins does not: its answer names what is to be deleted.
  const send = (command: Parameters<S3Client['send']>[0]) => {
    const isPart = command instanceof sdk.UploadPartCommand || command instanceof sdk.PutObjectCommand;
    return client.send(command, isPart && signal ? { abortSignal: signal } : {});
  };
  const stoppable = new Proxy(client, {
    get: (target, name, receiver) => (name === 'send' ? send : Reflect.get(target, name, receiver)),
  });
  const upload = new Upload({
    client: stoppable,
    params: { Bucket: bucket, Key: key, Body: Readable.from(body), ContentLength: blob.size },
    partSize: Math.max(PART_BYTES, Math.ceil(blob.size / MAX_PARTS)),
    queueSize: PARTS_AT_ONCE,
  });
  let sent = 0;
  upload.on('httpUploadProgress', ({ loaded = 0 }) => {
    onBytes?.(loaded - sent);
    sent = loaded;
  });
  try {
    await upload.done();
  } catch (error) {
    if (signal?.aborted) throw cancelled();
    throw fault ?? error;
  }
}

/** The same bytes, which end in an error where they are not what the blob's descriptor says. */
async function* checked(
  bytes: AsyncIterable<Uint8Array>,
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
  signal: AbortSignal | undefined,
  onFault: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  const { algorithm, hex } = splitDigest(parseDigest(digest));
  const hash = createHash(algorithm);
  let done = 0;
  try {
    for await (const chunk of bytes) {
      throwIfAborted(signal);
      done += chunk.length;
      if (done > size) break;
      hash.update(chunk);
      yield chunk;
    }
    if (done !== size) {
      const found = done > size ? 'has more' : `ends after ${done}`;
      throw new CacheError('SIZE_MISMATCH', `It should be ${size} bytes long, but ${found}.`, { subject: digest });
    }
    if (hash.digest('hex') !== hex) {
      throw new CacheError('DIGEST_MISMATCH', 'The bytes have another digest than they should.', { subject: digest });
    }
  } catch (error) {
    onFault(error);
    throw error;
  }
}
