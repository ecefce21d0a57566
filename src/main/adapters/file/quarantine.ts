import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { throwIfAborted, toCacheError } from '../../../shared/base/errors.ts';
import { type Digest, splitDigest } from '../../../shared/oci/digest.ts';
import type { EmptiedTrash, QuarantinedBlob } from '../../engine/ports/managed-store.ts';
import { deleteBatch, removeFolders } from './delete-batch.ts';
import { beginEntry, endEntry, type QuarantineEntry, type QuarantineNote, readQuarantineNote } from './journal.ts';
import type { StoreLayout } from './layout.ts';
import { batchesIn, exists, placeText } from './layout-folder.ts';
import type { StoreFiles } from './trash.ts';

/**
 * Takes damaged blobs out of `blobs/`: the journal says which, each is renamed into the batch's folder, the batch gets
 * its note. After a crash in between, what had gone is listed and the rest stays where it is: by then somebody may have
 * put a whole blob in its place.
 */
export async function quarantineBlobs(
  store: StoreFiles,
  blobs: readonly { readonly digest: Digest; readonly problem: string }[],
): Promise<readonly QuarantinedBlob[]> {
  const { layout, disk } = store;
  const there: QuarantineNote['blobs'] = [];
  for (const { digest, problem } of blobs) {
    const stat = await fs.lstat(layout.blob(digest)).catch(() => undefined);
    if (stat) there.push({ digest, problem, size: stat.isFile() ? stat.size : 0 });
  }
  if (there.length === 0) return [];
  const entry: QuarantineEntry = { kind: 'quarantine', plan: batchName(), at: Date.now(), blobs: there };
  await beginEntry(layout, disk, entry);
  try {
    await disk.makeFolder(layout.quarantineBatch(entry.plan).folder);
    const algorithms = new Set(there.map(({ digest }) => splitDigest(digest).algorithm));
    for (const algorithm of algorithms) await disk.makeFolder(layout.quarantineBatch(entry.plan).folderOf(algorithm));
    await disk.renameAll(
      there.map(({ digest }) => ({ from: layout.blob(digest), to: layout.quarantineBatch(entry.plan).blob(digest) })),
    );
    // New names first, old ones after: a crash between leaves a blob with both names, not with none.
    for (const algorithm of algorithms) await disk.syncFolder(layout.quarantineBatch(entry.plan).folderOf(algorithm));
    await disk.syncFolder(layout.quarantineBatch(entry.plan).folder);
    await disk.syncFolder(layout.quarantine);
    for (const algorithm of algorithms) await disk.syncFolder(layout.blobFolder(algorithm));
  } catch (error) {
    await closeQuarantine(store, entry);
    throw toCacheError(error, entry.blobs[0]?.digest);
  }
  return closeQuarantine(store, entry);
}

/** Writes down what lies in the batch and ends the journal entry; can be repeated. */
export async function closeQuarantine(
  { layout, disk }: StoreFiles,
  { kind: _, ...entry }: QuarantineEntry,
): Promise<readonly QuarantinedBlob[]> {
  const blobs: QuarantineNote['blobs'] = [];
  for (const blob of entry.blobs)
    if (await exists(layout.quarantineBatch(entry.plan).blob(blob.digest))) blobs.push(blob);
  const note = { ...entry, blobs };
  if (blobs.length > 0) await placeText(layout, disk, layout.quarantineBatch(entry.plan).note, JSON.stringify(note));
  else await removeFolders(disk, layout.quarantineBatch(entry.plan));
  await endEntry(layout, disk, entry.plan);
  return listed(note);
}

/** What is in quarantine, the latest first. */
export async function quarantinedBlobs(layout: StoreLayout): Promise<readonly QuarantinedBlob[]> {
  const batches = await batchesIn(layout.quarantine);
  const notes = await Promise.all(batches.map((batch) => readQuarantineNote(layout, batch)));
  return notes
    .filter((note) => note !== undefined)
    .sort((a, b) => b.at - a.at || (a.plan < b.plan ? 1 : -1))
    .flatMap(listed);
}

/** Deletes all of it; see `deleteBatch`. */
export async function emptyQuarantine(
  { layout, disk }: StoreFiles,
  signal: AbortSignal | undefined,
): Promise<EmptiedTrash> {
  let blobs = 0;
  let bytes = 0;
  const leftAlone: string[] = [];
  for (const batch of await batchesIn(layout.quarantine)) {
    throwIfAborted(signal);
    const note = await readQuarantineNote(layout, batch);
    if (!(await deleteBatch(disk, layout.quarantineBatch(batch)))) {
      leftAlone.push(layout.quarantineBatch(batch).folder);
      continue;
    }
    blobs += note?.blobs.length ?? 0;
    bytes += note?.blobs.reduce((sum, { size }) => sum + size, 0) ?? 0;
  }
  if (blobs > 0) await disk.syncFolder(layout.quarantine);
  return { blobs, bytes, leftAlone };
}

function listed({ plan, at, blobs }: QuarantineNote): QuarantinedBlob[] {
  return blobs.map(({ digest, size, problem }) => ({ digest, size, problem, at, batch: plan }));
}

function batchName(): string {
  return `q-${randomBytes(6).toString('hex')}`;
}
