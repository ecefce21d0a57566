/**
 * The outline of a subtree along the axis on which siblings are packed: for each level away from the focus the lowest
 * and the highest coordinate in use. The last entry is the level nearest to the focus, so that a chain of thousands
 * grows by one push each; `shift` is added to all entries, so that a subtree moves in one step.
 */
export interface Contour {
  readonly start: number[];
  readonly end: number[];
  shift: number;
}

/** The outline of one item alone. */
export function contourOf(start: number, end: number): Contour {
  return { start: [start], end: [end], shift: 0 };
}

/** Puts an item in front of a subtree that begins one level further away. */
export function pushLevel(contour: Contour, start: number, end: number): Contour {
  contour.start.push(start - contour.shift);
  contour.end.push(end - contour.shift);
  return contour;
}

/**
 * How far `next` must move so that it lies after `placed` (or before it, with `sign` -1) and touches it nowhere.
 * `nearGap` is kept on the nearest level, `gap` on all others.
 */
export function offsetBeside(placed: Contour, next: Contour, sign: 1 | -1, gap: number, nearGap = gap): number {
  const [p, n] = [placed.start.length, next.start.length];
  let offset = sign * Number.NEGATIVE_INFINITY;
  for (let back = 1; back <= Math.min(p, n); back++) {
    const space = back === 1 ? nearGap : gap;
    if (sign > 0) {
      const free = (placed.end[p - back] ?? 0) + placed.shift + space - ((next.start[n - back] ?? 0) + next.shift);
      offset = Math.max(offset, free);
    } else {
      const free = (placed.start[p - back] ?? 0) + placed.shift - space - ((next.end[n - back] ?? 0) + next.shift);
      offset = Math.min(offset, free);
    }
  }
  return offset;
}

/** The outline of both together. Either argument may be changed and must not be used again. */
export function joinContours(first: Contour, second: Contour): Contour {
  const [into, from] = first.start.length >= second.start.length ? [first, second] : [second, first];
  const move = from.shift - into.shift;
  for (let back = 1; back <= from.start.length; back++) {
    const [at, other] = [into.start.length - back, from.start.length - back];
    into.start[at] = Math.min(into.start[at] ?? 0, (from.start[other] ?? 0) + move);
    into.end[at] = Math.max(into.end[at] ?? 0, (from.end[other] ?? 0) + move);
  }
  return into;
}
