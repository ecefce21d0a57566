import type { JobProgress } from '../../../shared/model/job.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { parseDigest } from '../../../shared/oci/digest.ts';
import { isManaged, type LayoutStore, type LockOptions } from '../ports/managed-store.ts';
import { quarantineDamaged } from '../store/quarantine-damaged.ts';

interface AsideOptions extends LockOptions {
  readonly onProgress?: ((progress: JobProgress) => void) | undefined;
}

/**
 * Takes out of a managed store those of these blobs that lie there damaged, so that they can be copied anew. Each is read
 * once more before it goes. A plain layout has no quarantine: there a blob of the wrong size is written over.
 * @returns what turned out to be whole, and a line for a person where something went
 */
export async function setDamagedAside(
  target: LayoutStore,
  suspects: readonly Pick<Descriptor, 'digest' | 'size'>[],
  options: AsideOptions,
): Promise<{ readonly whole: ReadonlySet<string>; readonly note?: string }> {
  if (!isManaged(target) || suspects.length === 0) return { whole: new Set() };
  const { onProgress } = options;
  const total = suspects.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  const outcome = await quarantineDamaged(
    target,
    suspects.map(({ digest }) => parseDigest(digest)),
    {
      ...options,
      onBytes: (bytes, subject) => {
        done += bytes;
        onProgress?.({ phase: 'Looking at damaged blobs', done: Math.min(done, total), total, unit: 'bytes', subject });
      },
    },
  );
  const whole = new Set<string>(outcome.whole);
  const count = outcome.moved.length;
  if (count === 0) return { whole };
  const lay =
    count === 1 ? '1 blob lay damaged in the store and is' : `${count} blobs lay damaged in the store and are`;
  return { whole, note: `${lay} in quarantine now.` };
}
