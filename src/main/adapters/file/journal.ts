import { z } from 'zod';
import { CacheError } from '../../../shared/base/errors.ts';
import { digestSchema } from '../../../shared/oci/digest.ts';
import type { Disk } from './disk.ts';
import { planOfFile, type StoreLayout } from './layout.ts';
import { batchesIn, namesIn, placeText } from './layout-folder.ts';
import { readPlainText } from './plain-text.ts';

const count = z.number().int().nonnegative();

/** What has to be known of a removal to take it back. `index`: the texts of `index.json`; absent where it did not change. */
const batchSchema = z.object({
  plan: z.string(),
  at: z.number(),
  records: count,
  index: z.object({ before: z.string(), after: z.string() }).optional(),
  /** Manifests and configs that go with the blobs. */
  documents: z.array(digestSchema),
  /** Documents that only the index after it leads to. */
  written: z.array(digestSchema),
});

/** The note in a finished batch of the trash. */
const noteSchema = batchSchema.extend({ blobs: count, bytes: count });
export type TrashNote = z.infer<typeof noteSchema>;

/** Damaged blobs that go into quarantine together. `plan`: the name of their batch. */
const quarantineSchema = z.object({
  plan: z.string(),
  at: z.number(),
  blobs: z.array(z.object({ digest: digestSchema, size: count, problem: z.string() })),
});
export type QuarantineNote = z.infer<typeof quarantineSchema>;

/** Work that is going on: what the next one who takes the lock has to finish or take back. */
const entrySchema = z.discriminatedUnion('kind', [
  batchSchema.extend({
    kind: z.literal('remove'),
    blobs: z.array(z.object({ digest: digestSchema, size: count })),
  }),
  z.object({
    kind: z.literal('restore'),
    plan: z.string(),
    /** From what to what; absent: references do not change. */
    index: z.object({ before: z.string(), after: z.string() }).optional(),
    /** Documents of the removal that nothing leads to afterwards. */
    written: z.array(digestSchema),
  }),
  quarantineSchema.extend({ kind: z.literal('quarantine') }),
]);
export type JournalEntry = z.infer<typeof entrySchema>;
export type RemovalEntry = Extract<JournalEntry, { kind: 'remove' }>;
export type QuarantineEntry = Extract<JournalEntry, { kind: 'quarantine' }>;
export type RestoreEntry = Extract<JournalEntry, { kind: 'restore' }>;

/** Writes down what is about to be done. Durable when it resolves. */
export function beginEntry(layout: StoreLayout, disk: Disk, entry: JournalEntry): Promise<void> {
  return placeText(layout, disk, layout.journalEntry(entry.plan), JSON.stringify(entry));
}

/** It is done, or taken back. Durable when it resolves. */
export async function endEntry(layout: StoreLayout, disk: Disk, plan: string): Promise<void> {
  await disk.remove(layout.journalEntry(plan));
  await disk.syncFolder(layout.journal);
}

/** What is going on, or was when a process ended. */
export async function openEntries(layout: StoreLayout): Promise<JournalEntry[]> {
  const plans = ((await namesIn(layout.journal)) ?? []).flatMap((name) => planOfFile(name) ?? []);
  return Promise.all(
    plans.map(async (plan) => {
      const path = layout.journalEntry(plan);
      const entry = await readDocument(path, entrySchema);
      if (entry.plan === plan) return entry;
      throw unreadable(path, new Error('it is about another plan'));
    }),
  );
}

/** The note of a batch; undefined without one. */
export async function readNote(layout: StoreLayout, plan: string): Promise<TrashNote | undefined> {
  const path = layout.trashBatch(plan).note;
  return readDocument(path, noteSchema).catch((error: unknown) => {
    if (error instanceof CacheError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  });
}

/** The note of a batch in quarantine; undefined without one. */
export async function readQuarantineNote(layout: StoreLayout, batch: string): Promise<QuarantineNote | undefined> {
  return readDocument(layout.quarantineBatch(batch).note, quarantineSchema).catch((error: unknown) => {
    if (error instanceof CacheError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  });
}

/** Closes a batch: from now on it can come back. */
export function writeNote(layout: StoreLayout, disk: Disk, note: TrashNote): Promise<void> {
  return placeText(layout, disk, layout.trashBatch(note.plan).note, JSON.stringify(note));
}

/** Batches that can come back, newest first. */
export async function trashNotes(layout: StoreLayout): Promise<TrashNote[]> {
  const notes = await Promise.all((await batchesIn(layout.trash)).map((plan) => readNote(layout, plan)));
  return notes.filter((note) => note !== undefined).sort((a, b) => b.at - a.at || (a.plan < b.plan ? 1 : -1));
}

async function readDocument<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const text = await readPlainText(path);
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): CacheError {
  return new CacheError('CORRUPT', 'A note of the store cannot be read.', {
    subject: path,
    hint: 'Only this file is affected: blobs and references are not in it.',
    cause,
  });
}
