import type { LinkColumns } from './catalog-columns.ts';

/**
 * The links of a source, to be walked from both ends. Links keep their numbers: a link `n` leads from
 * `links.source[n]` to `links.record[n]`.
 */
export interface LinkGraph {
  readonly records: number;
  readonly links: LinkColumns;
  /** Record → its links to inputs are `[inputOffset[r], inputOffset[r + 1])`. */
  readonly inputOffset: Uint32Array;
  /** Record → the links of its users are `userLink[userOffset[r] … userOffset[r + 1] − 1]`, in record order. */
  readonly userOffset: Uint32Array;
  readonly userLink: Uint32Array;
}

/** Indexes links from both ends, in linear time. */
export function buildLinkGraph(links: LinkColumns, records: number): LinkGraph {
  const inputOffset = new Uint32Array(records + 1);
  const userOffset = new Uint32Array(records + 1);
  for (const record of links.record) count(inputOffset, record);
  for (const source of links.source) count(userOffset, source);
  for (let record = 0; record < records; record += 1) {
    inputOffset[record + 1] = (inputOffset[record + 1] as number) + (inputOffset[record] as number);
    userOffset[record + 1] = (userOffset[record + 1] as number) + (userOffset[record] as number);
  }
  const userLink = new Uint32Array(links.source.length);
  const next = userOffset.slice();
  for (let link = 0; link < userLink.length; link += 1) {
    const source = links.source[link] as number;
    const at = next[source] as number;
    userLink[at] = link;
    next[source] = at + 1;
  }
  return { records, links, inputOffset, userOffset, userLink };
}

function count(offset: Uint32Array, owner: number): void {
  offset[owner + 1] = (offset[owner + 1] as number) + 1;
}

/** One step along the links of a record. */
export type Direction = 'inputs' | 'users';

/** Calls `visit` for each link of a record in one direction, with the record at its other end, until it returns false. */
export function eachNeighbour(
  graph: LinkGraph,
  record: number,
  direction: Direction,
  visit: (other: number, link: number) => boolean | undefined,
): void {
  if (direction === 'inputs') {
    const end = graph.inputOffset[record + 1] as number;
    for (let link = graph.inputOffset[record] as number; link < end; link += 1) {
      if (visit(graph.links.source[link] as number, link) === false) return;
    }
    return;
  }
  const end = graph.userOffset[record + 1] as number;
  for (let at = graph.userOffset[record] as number; at < end; at += 1) {
    const link = graph.userLink[at] as number;
    if (visit(graph.links.record[link] as number, link) === false) return;
  }
}
