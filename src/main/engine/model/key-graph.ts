/** One row a link, in the order record, input position, alternative. */
export interface LinkColumns {
  /** The record that is found through the link. */
  readonly record: Uint32Array;
  readonly input: Uint32Array;
  /** The record it links to. */
  readonly source: Uint32Array;
  /** Index into `selectors`. */
  readonly selector: Uint32Array;
  /** Distinct selectors; index 0 is always "". */
  readonly selectors: readonly string[];
}

/**
 * The links between the records of a cache, to be walked from both ends: what every view, walk and storage of an
 * exported cache asks. Links keep their numbers: a link `n` leads from `links.source[n]` to `links.record[n]`.
 */
export interface KeyGraph {
  readonly records: number;
  readonly links: LinkColumns;
  /** Record → its links to inputs are `[inputOffset[r], inputOffset[r + 1])`. */
  readonly inputOffset: Uint32Array;
  /** Record → the links of its users are `userLink[userOffset[r] … userOffset[r + 1] − 1]`, in record order. */
  readonly userOffset: Uint32Array;
  readonly userLink: Uint32Array;
}

/** Indexes links from both ends, in linear time. */
export function buildKeyGraph(links: LinkColumns, records: number): KeyGraph {
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
  graph: KeyGraph,
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

/** An alternative of an input: the record it links to, and under which selector. */
export interface InputLink {
  readonly source: number;
  readonly selector: string;
}

/** The alternatives of each input position of a record, up to the last that has any. */
export function inputsOf(graph: KeyGraph, record: number): InputLink[][] {
  const inputs: InputLink[][] = [];
  eachNeighbour(graph, record, 'inputs', (source, link) => {
    const position = graph.links.input[link] as number;
    // A position may have no link at all: it counts, for those behind it are told by their number.
    while (inputs.length <= position) inputs.push([]);
    inputs[position]?.push({ source, selector: selectorOf(graph, link) });
    return true;
  });
  return inputs;
}

/** A record that uses another: at which input position, and under which selector. */
export interface UserLink {
  readonly user: number;
  readonly input: number;
  readonly selector: string;
}

/** The first distinct users of a record, in record order, each with the first link that leads to it. */
export function usersOf(graph: KeyGraph, record: number, limit: number): UserLink[] {
  const users: UserLink[] = [];
  eachNeighbour(graph, record, 'users', (user, link) => {
    if (users.at(-1)?.user !== user) {
      users.push({ user, input: graph.links.input[link] as number, selector: selectorOf(graph, link) });
    }
    return users.length < limit;
  });
  return users;
}

/** The selector of a link, "" for none. */
export function selectorOf({ links }: KeyGraph, link: number): string {
  return links.selectors[links.selector[link] as number] ?? '';
}
