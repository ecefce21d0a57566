import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import { parseLayoutIndex, referenceOf } from '../../../shared/oci/layout-index.ts';
import type { BlobProgress, LayoutIndex, Restored } from '../ports/managed-store.ts';
import type { StoreFiles } from '../ports/store-files.ts';
import { recount, type TrashNote, trashBatch, trashNotes } from './batches.ts';
import { bringBack } from './bring-back.ts';
import { beginEntry, endEntry, type RestoreEntry } from './journal.ts';
import { dropUnneeded, neededByBatch } from './needed-blobs.ts';
import { takenAway, type UndoneIndex, undoneIndex } from './undone-index.ts';
import { withReserve } from './with-reserve.ts';

/** How often the index is worked out anew when another program was faster. */
const TRIES = 3;

/**
 * Brings a batch back: blobs first, then the references that lead to them, then the batch goes. What its references need
 * and a later batch took comes back with it, so that they lead to whole caches. Once it has begun it only goes forward, on a full disk with the
 * space of the reserve.
 * @throws `NOT_FOUND`, `CONFLICT` naming the prune to undo first
 */
export async function restoreBatch(files: StoreFiles, plan: string, onProgress?: BlobProgress): Promise<Restored> {
  const note = await noteOf(files, plan);
  if (!note) {
    throw new CacheError('NOT_FOUND', 'There is no such batch in the trash.', {
      subject: plan,
      hint: 'It was undone already, or the trash was emptied.',
    });
  }
  const first = await undoFirst(files, note);
  if (first !== undefined) {
    throw new CacheError('CONFLICT', 'A later prune changed the same reference.', {
      subject: plan,
      hint: `Undo ${first} first.`,
    });
  }
  const entry: RestoreEntry = {
    kind: 'restore',
    plan,
    taken: await lyingElsewhere(files, note),
    written: note.written,
  };
  await withReserve(files, () => beginEntry(files, entry));
  const undone = await withReserve(files, () => finishRestore(files, entry, onProgress));
  const { records, blobs, cause } = note;
  return { plan, cause, records, blobs, references: undone?.references ?? [], beside: undone?.beside ?? [] };
}

/** All of it but the journal's first line; can be repeated after a crash anywhere. */
export async function finishRestore(
  files: StoreFiles,
  { plan, taken, written }: RestoreEntry,
  onProgress?: BlobProgress,
): Promise<UndoneIndex | undefined> {
  const batch = trashBatch(plan);
  const note = await noteOf(files, plan);
  await bringBack(files, batch, undefined, onProgress);
  for (const [from, those] of Map.groupBy(taken, (one) => one.from)) {
    await bringBack(files, trashBatch(from), new Set(those.map(({ digest }) => digest)));
    const other = await noteOf(files, from);
    if (other) await recount(files, other);
  }
  const undone = note && (await switchBack(files, note));
  // From here on the batch needs nothing any more.
  await files.deleteNote(batch);
  await dropUnneeded(files, written);
  await files.endBatch(batch);
  await endEntry(files, plan);
  return undone;
}

async function switchBack(files: StoreFiles, note: TrashNote): Promise<UndoneIndex | undefined> {
  for (let tried = 1; ; tried += 1) {
    const now = await files.readIndex();
    const undone = indexAfter(files, note, now);
    try {
      if (undone) await files.replaceIndex(now, undone.text);
      return undone;
    } catch (error) {
      if (!isCacheError(error, 'CONFLICT') || tried === TRIES) throw error;
    }
  }
}

function indexAfter(files: StoreFiles, note: TrashNote, now: LayoutIndex): UndoneIndex | undefined {
  const changed = changeOf(files, note);
  if (!note.index || !changed) return undefined;
  const undone = undoneIndex({ ...changed, now: now.document, cause: note.cause });
  // Nothing else happened: byte for byte what it was.
  const isSame = now.text === note.index.after && undone.beside.length === 0;
  return isSame ? { ...undone, text: note.index.before } : undone;
}

/**
 * The prune to undo before this one: the last of those that went on from what this one left, up to what stands now.
 * What another cache took the place of since is no reason to refuse: that one comes back beside it.
 */
async function undoFirst(files: StoreFiles, note: TrashNote): Promise<string | undefined> {
  const changed = changeOf(files, note);
  if (!changed) return undefined;
  const later = (await trashNotes(files)).filter((other) => other.cause === 'prune' && other.sequence > note.sequence);
  const standing = new Set((await files.readIndex()).document.manifests.map((entry) => JSON.stringify(entry)));
  for (const written of takenAway(changed.after, changed.before)) {
    let [current, last]: [typeof written | undefined, string | undefined] = [written, undefined];
    for (const other of later.toReversed()) {
      const next = changeOf(files, other);
      if (!next || !current) continue;
      const wanted = JSON.stringify(current);
      if (!takenAway(next.before, next.after).some((entry) => JSON.stringify(entry) === wanted)) continue;
      const ref = referenceOf(current);
      last = other.plan;
      current = takenAway(next.after, next.before).find((entry) => referenceOf(entry) === ref);
    }
    const isEnd = current ? standing.has(JSON.stringify(current)) : true;
    if (last !== undefined && isEnd) return last;
  }
  return undefined;
}

function changeOf(files: StoreFiles, { index, plan }: TrashNote) {
  if (!index) return undefined;
  const subject = files.pathOf(trashBatch(plan));
  return { before: parseLayoutIndex(index.before, subject), after: parseLayoutIndex(index.after, subject) };
}

/** What the references of a batch need that lies neither in the store nor in the batch but in another one. */
async function lyingElsewhere(files: StoreFiles, note: TrashNote): Promise<RestoreEntry['taken']> {
  const needed = await neededByBatch(files, note).catch((error: unknown) => {
    // A manifest that was damaged before comes back as damaged as it went.
    if (isCacheError(error, 'CORRUPT')) return new Set<Digest>();
    throw error;
  });
  const own = new Set(await files.list(trashBatch(note.plan)));
  const missing = new Set<Digest>();
  for (const digest of needed) if (!own.has(digest) && !(await files.look('blobs', digest))) missing.add(digest);
  const taken: RestoreEntry['taken'] = [];
  for (const { plan } of missing.size > 0 ? await trashNotes(files) : []) {
    for (const digest of await files.list(trashBatch(plan))) {
      if (plan !== note.plan && missing.delete(digest)) taken.push({ digest, from: plan });
    }
  }
  return taken;
}

async function noteOf(files: StoreFiles, plan: string): Promise<TrashNote | undefined> {
  // A name that is none is refused, instead of being looked for.
  files.pathOf(trashBatch(plan));
  return (await trashNotes(files)).find((note) => note.plan === plan);
}
