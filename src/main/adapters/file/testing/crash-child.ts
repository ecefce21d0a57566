/**
 * A process of its own that does one thing in a store and ends itself, without a word, before the given step that
 * changes the disk. Without a step it prints how many there are.
 *
 * node crash-child.ts '{"store":…,"action":…,"dieAt":…}'
 */
import { parseDigest } from '../../../../shared/oci/digest.ts';
import { undoPlan } from '../../../engine/prune/undo.ts';
import { quarantineDamaged } from '../../../engine/store/quarantine-damaged.ts';
import { importFrom, prune, startOn } from './store-folder.ts';

/** What the process is told. */
export interface CrashOrder {
  readonly store: string;
  readonly action: 'import' | 'prune' | 'orphans' | 'undo' | 'empty-trash' | 'quarantine';
  /** For an import: the layout it comes from. */
  readonly from?: string;
  /** Of the steps after the store was opened, the first is 1. */
  readonly dieAt?: number;
}

async function act(order: CrashOrder): Promise<void> {
  let isOpen = false;
  let steps = 0;
  const store = await startOn(order.store, {
    beforeStep: () => {
      if (!isOpen) return;
      steps += 1;
      if (steps === order.dieAt) process.kill(process.pid, 'SIGKILL');
    },
  });
  isOpen = true;
  switch (order.action) {
    case 'import':
      await importFrom(order.from ?? '', store);
      break;
    case 'prune':
      await prune(store, { maxBytes: 3000 });
      break;
    case 'orphans':
      await prune(store, { orphans: { olderThanMs: 0 } });
      break;
    case 'undo':
      await undoPlan(store, undefined);
      break;
    case 'empty-trash':
      await store.exclusive((session) => session.emptyTrash());
      break;
    case 'quarantine': {
      const digests = [...(await store.listBlobs())].sort().map((text) => parseDigest(text));
      await quarantineDamaged(store, digests);
    }
  }
  process.stdout.write(String(steps));
}

await act(JSON.parse(process.argv[2] ?? '{}') as CrashOrder);
