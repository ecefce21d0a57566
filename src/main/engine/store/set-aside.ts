import { randomBytes } from 'node:crypto';
import { toCacheError } from '../../../shared/base/errors.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import type { QuarantinedBlob } from '../ports/managed-store.ts';
import type { StoreFiles } from '../ports/store-files.ts';
import { type QuarantineNote, quarantineNotes } from './batches.ts';
import { beginEntry, endEntry, type QuarantineEntry } from './journal.ts';

/**
 * Takes damaged blobs out of use: the journal says which, each is moved into the batch, the batch gets its note. After a
 * crash in between, what had gone is listed and the rest stays where it is: by then somebody may have put a whole blob in
 * its place.
 */
export async function setAside(
  files: StoreFiles,
  blobs: readonly { readonly digest: Digest; readonly problem: string }[],
): Promise<readonly QuarantinedBlob[]> {
  const there: QuarantineNote['blobs'] = [];
  for (const { digest, problem } of blobs) {
    const look = await files.look('blobs', digest);
    if (look) there.push({ digest, problem, size: look.size });
  }
  if (there.length === 0) return [];
  const name = `q-${randomBytes(6).toString('hex')}`;
  const entry: QuarantineEntry = { kind: 'quarantine', plan: name, at: files.now(), blobs: there };
  await beginEntry(files, entry);
  const digests = there.map(({ digest }) => digest);
  try {
    await files.move(digests, 'blobs', { kind: 'quarantine', name });
  } catch (error) {
    await closeQuarantine(files, entry);
    throw toCacheError(error, digests[0]);
  }
  return closeQuarantine(files, entry);
}

/** Writes down what lies in the batch and ends the journal entry; can be repeated. */
export async function closeQuarantine(
  files: StoreFiles,
  { kind, ...entry }: QuarantineEntry,
): Promise<readonly QuarantinedBlob[]> {
  const batch = { kind, name: entry.plan };
  const lying = new Set(await files.list(batch));
  const note: QuarantineNote = { ...entry, blobs: entry.blobs.filter(({ digest }) => lying.has(digest)) };
  if (note.blobs.length > 0) await files.placeNote(batch, JSON.stringify(note));
  else await files.endBatch(batch);
  await endEntry(files, entry.plan);
  return listed(note);
}

/** What is in quarantine, the latest first. */
export async function quarantinedBlobs(files: StoreFiles): Promise<readonly QuarantinedBlob[]> {
  return (await quarantineNotes(files)).flatMap(listed);
}

function listed({ plan, at, blobs }: QuarantineNote): QuarantinedBlob[] {
  return blobs.map(({ digest, size, problem }) => ({ digest, size, problem, at, batch: plan }));
}
