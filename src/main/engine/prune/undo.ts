import { CacheError } from '../../../shared/base/errors.ts';
import type { BlobProgress, LockOptions, ManagedStore, Restored } from '../ports/managed-store.ts';

/**
 * Brings back what a plan removed; without a plan, the last one that is in the trash. Heeds the signal until it begins.
 * @throws `NOT_FOUND` when there is nothing to undo, `CONFLICT` when all of its references have changed since, `CANCELLED`
 */
export function undoPlan(
  store: ManagedStore,
  plan: string | undefined,
  options: LockOptions & { readonly onProgress?: BlobProgress } = {},
): Promise<Restored> {
  const { signal, onWait, onProgress } = options;
  return store.exclusive(
    async (session) => {
      const batch = plan ?? (await store.trash())[0]?.plan;
      if (batch === undefined) {
        throw new CacheError('NOT_FOUND', 'There is nothing to undo.', {
          subject: store.location,
          hint: 'The trash of this store is empty.',
        });
      }
      return session.restore(batch, onProgress ? { onProgress } : {});
    },
    { signal, onWait },
  );
}
