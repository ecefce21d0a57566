import type { GraphNode } from '../../../shared/model/graph.ts';
import { boundedSelector } from '../../engine/catalog/selectors.ts';
import { countReach, neighbourhood, pathToRoot } from '../../engine/catalog/walks.ts';
import type { Catalog } from '../../engine/ports/catalog.ts';
import { number, optionalText, type Row } from './database.ts';
import type { KeyQueries, QueryContext } from './key-queries.ts';
import { recordRef } from './record-rows.ts';

/** Queries about links. */
export function createGraphQueries(
  { memory, records }: QueryContext,
  keys: KeyQueries,
): Pick<Catalog, 'neighbourhood' | 'pathToRoot' | 'reach'> {
  return {
    async neighbourhood({ from, depth, direction, maxNodes, maxEdges }) {
      const graph = await memory.links();
      const directions = direction === 'both' ? (['inputs', 'users'] as const) : [direction];
      const found = neighbourhood(graph, { from, depth, directions, maxRecords: maxNodes, maxLinks: maxEdges });
      const rows = await keys.rowsOf(found.records);
      const nodes = rows.map((row, index): GraphNode => {
        return {
          ...graphNode(row),
          distance: found.distances[index] ?? 0,
          hiddenInputs: found.hiddenInputs[index] ?? 0,
          hiddenUsers: found.hiddenUsers[index] ?? 0,
        };
      });
      const ids = new Map(found.records.map((record, index) => [record, nodes[index]?.id ?? '']));
      const { links } = graph;
      const edges = found.links.map((link) => ({
        from: ids.get(links.source[link] as number) ?? '',
        to: ids.get(links.record[link] as number) ?? '',
        input: links.input[link] as number,
        selector: boundedSelector(links.selectors[links.selector[link] as number] ?? ''),
      }));
      const { truncated, linksTotal } = found;
      return { focus: nodes[0]?.id ?? '', nodes, edges, edgesTotal: linksTotal, truncated, total: records };
    },
    async pathToRoot(to) {
      const path = pathToRoot(await memory.links(), to);
      const refs = await keys.refsOf(path);
      return path.map((record) => refs.get(record)).filter((ref) => ref !== undefined);
    },
    async reach(from) {
      const graph = await memory.links();
      return { needs: countReach(graph, from, 'inputs'), neededBy: countReach(graph, from, 'users') };
    },
  };
}

function graphNode(row: Row): Omit<GraphNode, 'distance' | 'hiddenInputs' | 'hiddenUsers'> {
  const createdAt = optionalText(row, 'created');
  return {
    ...recordRef(row),
    ownBytes: number(row, 'own'),
    addsBytes: number(row, 'adds'),
    reclaimableBytes: number(row, 'reclaimable'),
    results: number(row, 'results'),
    ...(createdAt === undefined ? {} : { createdAt }),
  };
}
