import { z } from 'zod';
import type { TrashBatch } from '../../../shared/model/plan.ts';
import type { Batch, StoreFiles } from '../ports/store-files.ts';
import { openEntries, quarantineSchema, removalSchema } from './journal.ts';

const count = z.number().int().nonnegative();
const noteSchema = removalSchema.extend({ blobs: count, bytes: count });

/** The note in a finished batch of the trash: from then on it can come back. */
export type TrashNote = z.infer<typeof noteSchema>;
/** The note in a batch of the quarantine. */
export type QuarantineNote = z.infer<typeof quarantineSchema>;

/** The batch of a plan. */
export function trashBatch(plan: string): Batch {
  return { kind: 'trash', name: plan };
}

/** Closes a batch of the trash. */
export function writeTrashNote(files: StoreFiles, note: TrashNote): Promise<void> {
  return files.placeNote(trashBatch(note.plan), JSON.stringify(note));
}

/** Batches that can come back, the latest first. One whose note cannot be read is none of them. */
export async function trashNotes(files: StoreFiles): Promise<TrashNote[]> {
  const notes = await notesOf(files, 'trash', noteSchema);
  return notes.sort((a, b) => b.sequence - a.sequence || b.at - a.at || (a.plan < b.plan ? 1 : -1));
}

/** The same for a person. */
export async function trashBatches(files: StoreFiles): Promise<TrashBatch[]> {
  return (await trashNotes(files)).map(({ plan, cause, at, records, blobs, bytes }) => ({
    plan,
    cause,
    at,
    records,
    blobs,
    bytes,
  }));
}

/** Notes of the quarantine, the latest first. */
export async function quarantineNotes(files: StoreFiles): Promise<QuarantineNote[]> {
  const notes = await notesOf(files, 'quarantine', quarantineSchema);
  return notes.sort((a, b) => b.at - a.at || (a.plan < b.plan ? 1 : -1));
}

/** The number of the next batch: later than every one that is there or on its way. */
export async function nextSequence(files: StoreFiles): Promise<number> {
  const entries = (await openEntries(files)).flatMap((entry) => (entry.kind === 'remove' ? [entry.sequence] : []));
  return Math.max(0, ...entries, ...(await trashNotes(files)).map(({ sequence }) => sequence)) + 1;
}

/** Counts anew what lies in a batch. Documents are in no count. */
export async function recount(files: StoreFiles, note: TrashNote): Promise<void> {
  const documents = new Set(note.documents);
  let blobs = 0;
  let bytes = 0;
  for (const digest of await files.list(trashBatch(note.plan))) {
    if (documents.has(digest)) continue;
    blobs += 1;
    bytes += (await files.look(trashBatch(note.plan), digest))?.size ?? 0;
  }
  await writeTrashNote(files, { ...note, blobs, bytes });
}

async function notesOf<T extends { readonly plan: string }>(
  files: StoreFiles,
  kind: Batch['kind'],
  schema: z.ZodType<T>,
): Promise<T[]> {
  const notes: T[] = [];
  for (const { name, state } of await files.batches(kind)) {
    if (state !== 'noted') continue;
    const text = await files.readNote({ kind, name }).catch(() => undefined);
    const note = text === undefined ? undefined : parse(schema, text);
    if (note?.plan === name) notes.push(note);
  }
  return notes;
}

function parse<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
