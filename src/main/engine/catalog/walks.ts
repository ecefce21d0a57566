import { type Direction, eachNeighbour, type KeyGraph } from '../model/key-graph.ts';

/** The records around one, nearest first. */
export interface Neighbourhood {
  /** The focus first, then level by level. */
  readonly records: readonly number[];
  /** Links away: negative towards inputs, positive towards users. Same order as `records`. */
  readonly distances: readonly number[];
  /** Links with both ends among the records, ascending: all of them, or those of the nearest records up to the limit. */
  readonly links: readonly number[];
  /** How many there are. */
  readonly linksTotal: number;
  /** Links of each record that lead out of what was taken, towards its inputs and towards its users. */
  readonly hiddenInputs: readonly number[];
  readonly hiddenUsers: readonly number[];
  /** There was more within `depth` than `maxRecords`. */
  readonly truncated: boolean;
}

/**
 * What `from` needs, what needs it, or both, up to `depth` links away. Both walks go level by level in turn, so the
 * nearest come first whichever side they are on; neither turns back, so siblings are not in it.
 */
export function neighbourhood(
  graph: KeyGraph,
  query: { from: number; depth: number; directions: readonly Direction[]; maxRecords: number; maxLinks: number },
): Neighbourhood {
  const distance = new Map([[query.from, 0]]);
  let truncated = false;
  const fronts = query.directions.map((direction) => ({ direction, records: [query.from] }));
  for (let level = 1; level <= query.depth && !truncated && fronts.some((f) => f.records.length > 0); level += 1) {
    for (const front of fronts) {
      const next: number[] = [];
      for (const record of front.records) {
        eachNeighbour(graph, record, front.direction, (other) => {
          if (distance.has(other)) return true;
          if (distance.size >= query.maxRecords) {
            truncated = true;
            return false;
          }
          distance.set(other, front.direction === 'inputs' ? -level : level);
          next.push(other);
          return true;
        });
        if (truncated) break;
      }
      front.records = next;
    }
  }

  const records = [...distance.keys()];
  const links: number[] = [];
  let linksTotal = 0;
  const shownUsers = new Map<number, number>();
  const hiddenInputs = records.map((record) => {
    let hidden = 0;
    eachNeighbour(graph, record, 'inputs', (other, link) => {
      if (distance.has(other)) {
        if (linksTotal < query.maxLinks) links.push(link);
        linksTotal += 1;
        shownUsers.set(other, (shownUsers.get(other) ?? 0) + 1);
      } else hidden += 1;
      return true;
    });
    return hidden;
  });
  return {
    records,
    distances: [...distance.values()],
    links: links.sort((a, b) => a - b),
    linksTotal,
    hiddenInputs,
    hiddenUsers: records.map((record) => userLinks(graph, record) - (shownUsers.get(record) ?? 0)),
    truncated,
  };
}

function userLinks(graph: KeyGraph, record: number): number {
  return (graph.userOffset[record + 1] as number) - (graph.userOffset[record] as number);
}

/** A shortest path from a record without inputs to `to`, that one included; of equals, the first in record order. */
export function pathToRoot(graph: KeyGraph, to: number): number[] {
  const user = new Int32Array(graph.records).fill(-1);
  user[to] = to;
  const queue = new Uint32Array(graph.records);
  queue[0] = to;
  let filled = 1;
  let root = to;
  for (let at = 0; at < filled; at += 1) {
    root = queue[at] as number;
    if (graph.inputOffset[root] === graph.inputOffset[root + 1]) break;
    eachNeighbour(graph, root, 'inputs', (other) => {
      if (user[other] !== -1) return true;
      user[other] = root;
      queue[filled] = other;
      filled += 1;
      return true;
    });
  }
  const path = [root];
  for (let at = root; at !== to; ) {
    at = user[at] as number;
    path.push(at);
  }
  return path;
}

/** How many other records are met along the links in one direction. Linear in the links. */
export function countReach(graph: KeyGraph, from: number, direction: Direction): number {
  const seen = new Uint8Array(graph.records);
  const stack = new Uint32Array(graph.records);
  seen[from] = 1;
  stack[0] = from;
  let height = 1;
  let met = 0;
  while (height > 0) {
    height -= 1;
    eachNeighbour(graph, stack[height] as number, direction, (other) => {
      if (seen[other] === 1) return true;
      seen[other] = 1;
      met += 1;
      stack[height] = other;
      height += 1;
      return true;
    });
  }
  return met;
}
