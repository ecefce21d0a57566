import { setParams, useSearchParameters } from '../../base/address.ts';
import type { ColourBy } from '../../viz/key-graph/colour-scale.ts';

/** Which links are followed from the focus. */
export type GraphDirection = 'both' | 'inputs' | 'users';

/** What the address says of the view. */
export interface GraphAddress {
  /** Id or digest of the focus. */
  readonly from: string | undefined;
  readonly depth: GraphDepth;
  readonly direction: GraphDirection;
  readonly colour: ColourBy;
  /** Id of the record whose path to the root is traced; absent: the focus. */
  readonly trace: string | undefined;
  readonly isText: boolean;
}

export const DEPTHS = ['1', '2', '3', 'all'] as const;
export type GraphDepth = (typeof DEPTHS)[number];

const DIRECTIONS = ['both', 'inputs', 'users'] as const;
const COLOURS = ['kind', 'size', 'age'] as const;

/** Reads the address; what it does not say, or says wrongly, has its default (`depth` for the depth). */
export function readGraphAddress(params: URLSearchParams, depth: GraphDepth = '3'): GraphAddress {
  const oneOf = <T extends string>(name: string, all: readonly T[], otherwise: T): T =>
    all.find((value) => value === params.get(name)) ?? otherwise;
  return {
    // Other views link here with the record alone.
    from: params.get('from') ?? params.get('record') ?? undefined,
    depth: oneOf('depth', DEPTHS, depth),
    direction: oneOf('direction', DIRECTIONS, 'both'),
    colour: oneOf('colour', COLOURS, 'kind'),
    trace: params.get('trace') ?? undefined,
    isText: params.get('text') === '1',
  };
}

/** The address of the view, and how to change it. Defaults are left out of it. */
export function useGraphAddress(depth: GraphDepth): readonly [GraphAddress, (changes: Partial<GraphAddress>) => void] {
  const address = readGraphAddress(useSearchParameters(), depth);
  return [address, (changes) => setGraphAddress({ ...address, ...changes }, changes, depth)];
}

function setGraphAddress(next: GraphAddress, changes: Partial<GraphAddress>, depth: GraphDepth): void {
  setParams(
    {
      from: next.from,
      depth: next.depth === depth ? undefined : next.depth,
      direction: next.direction === 'both' ? undefined : next.direction,
      colour: next.colour === 'kind' ? undefined : next.colour,
      trace: next.trace,
      text: next.isText ? '1' : undefined,
    },
    // A place to come back to is another focus; how it is shown is not.
    { replace: changes.from === undefined },
  );
}

/** Links from the focus that are open at first. */
export function linksOf(depth: GraphDepth): number {
  return depth === 'all' ? 10_000 : Number(depth);
}
