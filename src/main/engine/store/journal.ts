import { z } from 'zod';
import { CacheError } from '../../../shared/base/errors.ts';
import { digestSchema } from '../../../shared/oci/digest.ts';
import type { StoreFiles } from '../ports/store-files.ts';

const count = z.number().int().nonnegative();

/** What has to be known of a removal to take it back. */
export const removalSchema = z.object({
  plan: z.string(),
  /** What removed it: a plan, or an import whose cache took the place of another. */
  cause: z.enum(['prune', 'import']).default('prune'),
  /** Order among all batches of a store; the clock may be set back. 0 where an older program wrote it. */
  sequence: count.default(0),
  /** Epoch ms, to be shown. */
  at: z.number(),
  records: count,
  /** The texts of `index.json`; absent where it did not change. */
  index: z.object({ before: z.string(), after: z.string() }).optional(),
  /** Manifests and configs that go with the blobs. */
  documents: z.array(digestSchema),
  /** Documents that only the index after it leads to. */
  written: z.array(digestSchema),
});

/** Damaged blobs that go into quarantine together. `plan`: the name of their batch. */
export const quarantineSchema = z.object({
  plan: z.string(),
  at: z.number(),
  blobs: z.array(z.object({ digest: digestSchema, size: count, problem: z.string() })),
});

/** Work that is going on: what the next one who takes the lock has to finish or take back. */
const entrySchema = z.discriminatedUnion('kind', [
  removalSchema.extend({
    kind: z.literal('remove'),
    blobs: z.array(z.object({ digest: digestSchema, size: count })),
  }),
  z.object({
    kind: z.literal('restore'),
    plan: z.string(),
    /** Blobs that its references need and that lie in other batches. */
    taken: z.array(z.object({ digest: digestSchema, from: z.string() })).default([]),
    /** Documents of the removal that nothing leads to afterwards. */
    written: z.array(digestSchema),
  }),
  quarantineSchema.extend({ kind: z.literal('quarantine') }),
]);
export type JournalEntry = z.infer<typeof entrySchema>;
export type RemovalEntry = Extract<JournalEntry, { kind: 'remove' }>;
export type RestoreEntry = Extract<JournalEntry, { kind: 'restore' }>;
export type QuarantineEntry = Extract<JournalEntry, { kind: 'quarantine' }>;

/** Writes down what is about to be done. Durable when it resolves. */
export function beginEntry(files: StoreFiles, entry: JournalEntry): Promise<void> {
  return files.placeNote({ kind: 'journal', name: entry.plan }, JSON.stringify(entry));
}

/** Says that it is done, or taken back. */
export function endEntry(files: StoreFiles, plan: string): Promise<void> {
  return files.deleteNote({ kind: 'journal', name: plan });
}

/** Reads what is going on, or was when a process ended. @throws `CORRUPT` for an entry that cannot be understood */
export async function openEntries(files: StoreFiles): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for (const { name } of await files.listNotes('journal')) {
    const text = await files.readNote({ kind: 'journal', name });
    if (text !== undefined) entries.push(parseEntry(text, name, files.pathOf({ kind: 'journal', name })));
  }
  return entries;
}

function parseEntry(text: string, name: string, path: string): JournalEntry {
  try {
    const entry = entrySchema.parse(JSON.parse(text));
    if (entry.plan === name) return entry;
    throw new Error('it is about another plan');
  } catch (cause) {
    throw new CacheError('CORRUPT', 'An entry of the journal cannot be read.', {
      subject: path,
      hint: 'Nothing is changed while it is there. Take it away: what it is about then stays as it is.',
      cause,
    });
  }
}
