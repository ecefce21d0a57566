import { parseInstant } from '../model/instant.ts';
import { eachRow, type Steps } from '../streams/steps.ts';
import type { LayerTree } from './catalog-columns.ts';

/** Moments of a column of texts. */
export interface Times {
  /** Epoch milliseconds; NaN for no text and for Go's zero time, which means "unset". */
  readonly ms: Float64Array;
  /** Nanoseconds beyond them. */
  readonly ns: Uint32Array;
}

/** Reads a column of texts. */
export function* readTimes(texts: readonly (string | undefined)[]): Steps<Times> {
  const ms = new Float64Array(texts.length).fill(Number.NaN);
  const ns = new Uint32Array(texts.length);
  yield* eachRow('Reading times', texts.length, (row) => {
    const at = parseInstant(texts[row]);
    if (at === undefined) return;
    ms[row] = at.ms;
    ns[row] = at.ns;
  });
  return { ms, ns };
}

/** Sizes of chains, by the node they end at. A blob that a chain holds twice counts twice, as in `totalBytes`. */
export interface ChainSizes {
  readonly bytes: Float64Array;
  /** The part of it in blobs that several records use. */
  readonly sharedBytes: Float64Array;
}

/** Adds up every chain in one pass: a chain is its parent's and one layer more. */
export function* measureChains(tree: LayerTree, size: Float64Array, shared: Uint8Array): Steps<ChainSizes> {
  const bytes = new Float64Array(tree.count);
  const sharedBytes = new Float64Array(tree.count);
  yield* eachRow('Adding up sizes', tree.count - 1, (index) => {
    const node = index + 1;
    const below = tree.parent[node] as number;
    const blob = tree.blob[node] as number;
    bytes[node] = (bytes[below] as number) + (size[blob] as number);
    sharedBytes[node] = (sharedBytes[below] as number) + (shared[blob] === 1 ? (size[blob] as number) : 0);
  });
  return { bytes, sharedBytes };
}

/** The newest of a record's results `[from, to)`, the first of equals; -1 without one. */
export function newestResult(times: Times, from: number, to: number): number {
  let newest = from < to ? from : -1;
  for (let result = from + 1; result < to; result += 1) if (isLater(times, result, newest)) newest = result;
  return newest;
}

function isLater(times: Times, a: number, b: number): boolean {
  const [x, y] = [times.ms[a] as number, times.ms[b] as number];
  if (Number.isNaN(x)) return false;
  return Number.isNaN(y) || x > y || (x === y && (times.ns[a] as number) > (times.ns[b] as number));
}
