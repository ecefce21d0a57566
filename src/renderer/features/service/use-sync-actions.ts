import type { Sync, SyncPeriods } from '../../../shared/model/sync.ts';
import { useShell } from '../../base/shell-context.ts';
import { useEngine } from '../../client/engine-context.tsx';

/** What can be done to a sync. A failure is told in the window. */
export function useSyncActions() {
  const engine = useEngine();
  const { fail } = useShell();
  const act = async (what: string, doing: () => Promise<unknown>): Promise<void> => {
    try {
      await doing();
    } catch (error) {
      fail(what, error);
    }
  };
  return {
    hurry: ({ id: syncId }: Sync) => act('It was not synced', () => engine.service.hurry({ syncId })),
    stop: ({ id: syncId }: Sync) => act('The last export failed', () => engine.service.stop({ syncId })),
    forget: ({ id: syncId }: Sync) => act('It stays on the list', () => engine.service.forget({ syncId })),
    setPeriods: ({ id: syncId }: Sync, periods: Partial<SyncPeriods>) =>
      act('The periods stay as they were', () => engine.service.setPeriods({ syncId, periods })),
    /** One that has ended starts anew; any other does its rounds now. */
    retry: ({ id: syncId, state }: Sync) =>
      act('It was not tried again', () =>
        state === 'failed' ? engine.service.restart({ syncId }) : engine.service.hurry({ syncId }),
      ),
  };
}
