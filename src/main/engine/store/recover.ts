import type { FoundBatch, StoreFiles } from '../ports/store-files.ts';
import { deleteBatch } from './empty-trash.ts';
import { type JournalEntry, openEntries } from './journal.ts';
import { finishRemoval, isBeforeSwitch, takeBack } from './remove.ts';
import { finishRestore } from './restore.ts';
import { closeQuarantine } from './set-aside.ts';
import { withReserve } from './with-reserve.ts';

/**
 * Brings a store in order before anything else is done under its lock: work whose process ended is finished, or taken
 * back where the references had not been switched yet; batches whose deletion had begun are deleted. What no journal entry
 * and no mark speaks of is left as it is.
 */
export async function recoverStore(files: StoreFiles): Promise<void> {
  for (const entry of await openEntries(files)) {
    await withReserve(files, () => finishEntry(files, entry));
  }
  for (const batch of await condemned(files)) await deleteBatch(files, batch);
}

async function finishEntry(files: StoreFiles, entry: JournalEntry): Promise<void> {
  if (entry.kind === 'quarantine') await closeQuarantine(files, entry);
  else if (entry.kind === 'restore') await finishRestore(files, entry);
  else if (await isBeforeSwitch(files, entry)) await takeBack(files, entry);
  else await finishRemoval(files, entry);
}

/** Whether `recoverStore` has anything to do: opening a store that is in order takes no lock. */
export async function needsRecovery(files: StoreFiles): Promise<boolean> {
  return (await files.listNotes('journal')).length > 0 || (await condemned(files)).length > 0;
}

async function condemned(files: StoreFiles): Promise<FoundBatch[]> {
  const found = [...(await files.batches('trash')), ...(await files.batches('quarantine'))];
  return found.filter(({ state }) => state === 'condemned');
}
