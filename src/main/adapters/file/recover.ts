import { deleteBatch } from './delete-batch.ts';
import { readIndexFile } from './index-file.ts';
import { openEntries } from './journal.ts';
import type { BatchPlace, StoreLayout } from './layout.ts';
import { batchesIn, clearOwned, exists, namesIn } from './layout-folder.ts';
import { closeQuarantine } from './quarantine.ts';
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
  for (const batch of await halfDeleted(layout)) await deleteBatch(disk, batch);
}

/** Whether `recoverStore` has anything to do: opening a store that is in order takes no lock. */
export async function needsRecovery({ layout }: StoreFiles): Promise<boolean> {
  if (((await namesIn(layout.journal)) ?? []).length > 0) return true;
  return (await halfDeleted(layout)).length > 0;
}

/** Batches without a note: their deletion was cut off. */
async function halfDeleted(layout: StoreLayout): Promise<BatchPlace[]> {
  const batches = [
    ...(await batchesIn(layout.trash)).map(layout.trashBatch),
    ...(await batchesIn(layout.quarantine)).map(layout.quarantineBatch),
  ];
  const unnoted = await Promise.all(batches.map(async (batch) => ((await exists(batch.note)) ? [] : [batch])));
  return unnoted.flat();
}

/** Takes away leases of processes that are gone. Locks clear themselves. */
export function clearLeases({ layout, disk }: StoreFiles): Promise<void> {
  return clearOwned(layout.leases, layout.lease, disk);
}
