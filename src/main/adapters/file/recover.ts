import { readIndexFile } from './index-file.ts';
import { openEntries, readNote } from './journal.ts';
import { clearOwned, namesIn } from './layout-folder.ts';
import { closeQuarantine, unnotedQuarantine } from './quarantine.ts';
import { finishRemoval, takeBack } from './removal.ts';
import { finishRestore } from './restore.ts';
import type { StoreFiles } from './trash.ts';

/**
 * Brings a store in order before anything else is done under its lock: work whose process ended is finished, or taken
 * back where the references had not been switched yet; batches that were being deleted are deleted.
 */
export async function recoverStore(store: StoreFiles): Promise<void> {
  const { layout, disk } = store;
  for (const entry of await openEntries(layout)) {
    if (entry.kind === 'quarantine') await closeQuarantine(store, entry);
    else if (entry.kind === 'restore') await finishRestore(store, entry);
    else if (entry.index && (await readIndexFile(layout)).text === entry.index.before) await takeBack(store, entry);
    else await finishRemoval(store, entry);
  }
  for (const plan of (await namesIn(layout.trash)) ?? []) {
    if (!(await readNote(layout, plan))) await disk.removeTree(layout.trashBatch(plan));
  }
  for (const batch of await unnotedQuarantine(layout)) await disk.removeTree(layout.quarantineBatch(batch));
}

/** Whether `recoverStore` has anything to do: opening a store that is in order takes no lock. */
export async function needsRecovery({ layout }: StoreFiles): Promise<boolean> {
  if (((await namesIn(layout.journal)) ?? []).length > 0) return true;
  for (const plan of (await namesIn(layout.trash)) ?? []) if (!(await readNote(layout, plan))) return true;
  return (await unnotedQuarantine(layout)).length > 0;
}

/** Takes away leases of processes that are gone. Locks clear themselves. */
export function clearLeases({ layout, disk }: StoreFiles): Promise<void> {
  return clearOwned(layout.leases, layout.lease, disk);
}
