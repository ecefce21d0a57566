import { useMemo } from 'react';
import type { RecordRef } from '../../../shared/model/record.ts';
import { useRead } from '../../client/hooks.ts';
import { indexGraph, type KeyGraph } from '../../viz/key-graph/key-graph.ts';
import { mainLine } from '../../viz/key-graph/path.ts';

const FURTHEST = 10_000;
const MOST = 2000;

/**
 * The line from a root to a record, root first: the line it was built on, in the graph at hand or else as it is
 * read around the record. Where that is too long to be loaded, a shortest path. `undefined` while it is not known.
 */
export function useLineToRoot(
  sourceId: string,
  graph: KeyGraph | undefined,
  id: string | undefined,
): readonly RecordRef[] | undefined {
  const near = useMemo(() => (graph && id !== undefined ? mainLine(graph, id) : undefined), [graph, id]);
  const isWanted = near === undefined && id !== undefined;
  const around = useRead(
    'graph.neighbourhood',
    isWanted ? { sourceId, from: id, depth: FURTHEST, direction: 'inputs', maxNodes: MOST } : undefined,
  );
  const own = useMemo(
    () => (around.data && id !== undefined ? mainLine(indexGraph(around.data), id) : undefined),
    [around.data, id],
  );
  const isTooLong = isWanted && around.data !== undefined && own === undefined;
  const shortest = useRead('graph.pathToRoot', isTooLong ? { sourceId, id } : undefined);
  return near ?? own ?? shortest.data?.path;
}
