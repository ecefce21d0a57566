import { isCacheError } from '../../../shared/base/errors.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import { type LayoutIndexDocument, parseLayoutIndex } from '../../../shared/oci/layout-index.ts';
import type { StoreFiles } from '../ports/store-files.ts';
import { type TrashNote, trashBatch, trashNotes } from './batches.ts';
import { reachableBlobs } from './reachable-blobs.ts';
import { takenAway } from './undone-index.ts';

/** What may not be taken. */
export type Needed = Pick<ReadonlySet<Digest>, 'has'>;

/** What an index leads to, and what is leased. @throws `CORRUPT` for a manifest that cannot be read */
export async function neededBlobs(files: StoreFiles, document: LayoutIndexDocument): Promise<Set<Digest>> {
  const needed = await reachableBlobs(document, (digest) => files.read('blobs', digest));
  for (const digest of await files.leased()) needed.add(digest);
  return needed;
}

/**
 * The same for the references as they stand. When a manifest among them has become unreadable, nobody can tell: then
 * everything counts as needed, so that work that has begun comes to an end and takes nothing away.
 */
export async function neededNow(files: StoreFiles): Promise<Needed> {
  return orUnclear(async () => neededBlobs(files, (await files.readIndex()).document));
}

/**
 * Deletes those of these blobs for good that no reference leads to, that nobody leases, and that no batch of the trash
 * would lead to again when it comes back.
 */
export async function dropUnneeded(files: StoreFiles, digests: readonly Digest[]): Promise<void> {
  if (digests.length === 0) return;
  const needed = await neededNow(files);
  const notes = await trashNotes(files);
  const later = await orUnclear(() => neededByBatches(files, notes));
  await files.delete(
    'blobs',
    digests.filter((digest) => !needed.has(digest) && !later.has(digest)),
  );
}

/** What the references lead to that a batch took away, wherever its documents lie. @throws as `neededBlobs` */
export async function neededByBatch(files: StoreFiles, note: TrashNote): Promise<Set<Digest>> {
  if (!note.index) return new Set();
  const subject = files.pathOf(trashBatch(note.plan));
  const before = parseLayoutIndex(note.index.before, subject);
  const manifests = takenAway(before, parseLayoutIndex(note.index.after, subject));
  const notes = await trashNotes(files);
  return reachableBlobs({ ...before, manifests }, async (digest) => {
    const here = await files.read('blobs', digest);
    if (here) return here;
    for (const { plan } of notes) {
      const there = await files.read(trashBatch(plan), digest);
      if (there) return there;
    }
    return undefined;
  });
}

async function neededByBatches(files: StoreFiles, notes: readonly TrashNote[]): Promise<Set<Digest>> {
  const needed = new Set<Digest>();
  for (const note of notes) for (const digest of await neededByBatch(files, note)) needed.add(digest);
  return needed;
}

async function orUnclear(needed: () => Promise<Needed>): Promise<Needed> {
  try {
    return await needed();
  } catch (error) {
    if (isCacheError(error, 'CORRUPT')) return { has: () => true };
    throw error;
  }
}
