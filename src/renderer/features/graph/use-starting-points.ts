import { useRead } from '../../client/hooks.ts';

const SHOWN = 6;
const LARGEST = { field: 'own', descending: true } as const;

/** Records worth starting at: those that nobody uses (the ends of the builds) and the largest. `undefined` until known. */
export function useStartingPoints(sourceId: string, isWanted = true) {
  const ends = useRead(
    'keys.page',
    isWanted ? { sourceId, filter: 'users:0 results:>0', sort: LARGEST, limit: SHOWN } : undefined,
  );
  const largest = useRead('overview.largest', isWanted ? { sourceId, limit: SHOWN } : undefined);
  const points = ends.data && largest.data ? { ends: ends.data.rows, largest: largest.data } : undefined;
  return {
    points,
    error: ends.error ?? largest.error,
    retry: () => {
      ends.refetch();
      largest.refetch();
    },
  };
}
