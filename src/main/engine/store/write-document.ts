import { createHash } from 'node:crypto';
import { throwIfAborted } from '../../../shared/base/errors.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { parseDigest } from '../../../shared/oci/digest.ts';
import type { Document } from '../ports/cache-target.ts';
import type { BlobStore } from '../ports/managed-store.ts';

/** The descriptor of a document. A large one is never whole in memory. @throws `CANCELLED` */
export async function describeDocument(document: Document, signal?: AbortSignal): Promise<Descriptor> {
  const hash = createHash('sha256');
  let size = 0;
  for (const piece of document.pieces()) {
    throwIfAborted(signal);
    hash.update(piece);
    size += piece.byteLength;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { mediaType: document.mediaType, digest: `sha256:${hash.digest('hex')}`, size };
}

/** Writes a document where it is not there yet. Durable when it resolves. */
export async function writeDocument(
  blobs: BlobStore,
  document: Document,
  descriptor: Descriptor,
  signal?: AbortSignal,
): Promise<void> {
  const digest = parseDigest(descriptor.digest);
  // A link or a device in its place is written over.
  const there = await blobs.find(digest).catch(() => undefined);
  if (there?.size === descriptor.size) return;
  await blobs.createMote(digest, descriptor.mediaType, descriptor.size);
  await using writer = await blobs.moteWriter(digest, { signal });
  for (const piece of document.pieces()) await writer.write(piece);
  await writer.close();
}
