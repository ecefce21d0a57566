import { useCallback, useMemo, useState } from 'react';
import type { Graph } from '../../../shared/model/graph.ts';
import { useShell } from '../../base/shell-context.ts';
import { useEngine } from '../../client/engine-context.tsx';
import { useRead } from '../../client/hooks.ts';
import { mergeGraphs } from '../../viz/key-graph/key-graph.ts';
import type { Fold } from '../../viz/key-graph/scene.ts';
import type { GraphDirection } from './graph-address.ts';

/** Loaded around the focus at first: enough that folds have exact counts and open at once. */
const FIRST_NODES = 2000;
/** And where everything is wanted. */
const ALL_NODES = 10_000;
const MORE_NODES = 400;
const MORE_DEPTH = 8;
const FURTHEST = 10_000;

/** The graph around a record as far as it is loaded, and how to load what lies behind a fold. */
export function useNeighbourhood(
  sourceId: string,
  from: string | undefined,
  direction: GraphDirection,
  isAll: boolean,
) {
  const engine = useEngine();
  const { fail } = useShell();
  const maxNodes = isAll ? ALL_NODES : FIRST_NODES;
  const input = from === undefined ? undefined : { sourceId, from, depth: FURTHEST, direction, maxNodes };
  const { data, error, refetch, isFetching } = useRead('graph.neighbourhood', input, { keepPrevious: true });
  // What was added belongs to one answer: another focus or another version of the source starts anew.
  const [added, setAdded] = useState<{ readonly to: Graph; readonly graph: Graph }>();
  const base = useMemo(() => data && oneWay(data, direction), [data, direction]);
  const graph = base && added?.to === base ? added.graph : base;

  const load = useCallback(
    async (fold: Fold, owner: string): Promise<boolean> => {
      if (!base) return false;
      const way = fold.kind === 'users' || fold.kind === 'more-users' ? 'users' : 'inputs';
      try {
        const more = await engine.graph.neighbourhood({
          sourceId,
          from: owner,
          depth: MORE_DEPTH,
          direction: way,
          maxNodes: MORE_NODES,
        });
        setAdded((before) => {
          const known = before?.to === base ? before.graph : base;
          return { to: base, graph: oneWay(mergeGraphs(known, more), direction) };
        });
        return true;
      } catch (failure) {
        fail('The records behind the fold could not be read', failure);
        return false;
      }
    },
    [engine, sourceId, base, direction, fail],
  );
  return { graph, error, refetch, isFetching, load };
}

/** Where only one direction is followed, links the other way are not what was asked for: they make no folds. */
function oneWay(graph: Graph, direction: GraphDirection): Graph {
  if (direction === 'both') return graph;
  const nodes = graph.nodes.map((node) =>
    direction === 'inputs' ? { ...node, hiddenUsers: 0 } : { ...node, hiddenInputs: 0 },
  );
  return { ...graph, nodes };
}
