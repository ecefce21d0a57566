/** Rows asked for at once: large enough that a screen needs one or two requests, small enough to answer at once. */
export const PAGE_ROWS = 200;

/** A window of rows, `last` exclusive. */
export interface RowRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Pages (by number, `PAGE_ROWS` rows each) that the visible ranges need, the visible ones first, then one page ahead
 * and one behind where a range comes within half a page of them.
 * @param total rows there are; undefined while that is not known, then nothing beyond what is visible is asked for
 */
export function pagesFor(ranges: readonly RowRange[], total: number | undefined): readonly number[] {
  const lastPage = total === undefined ? Number.POSITIVE_INFINITY : pageOf(Math.max(total - 1, 0));
  const seen = new Set<number>();
  const near = new Set<number>();
  for (const { first, last } of ranges) {
    const [from, to] = [Math.min(pageOf(first), lastPage), Math.min(pageOf(Math.max(last - 1, first)), lastPage)];
    for (let page = from; page <= to; page += 1) seen.add(page);
    if (total === undefined) continue;
    near.add(Math.min(pageOf(last - 1 + PAGE_ROWS / 2), lastPage));
    near.add(Math.min(pageOf(Math.max(first - PAGE_ROWS / 2, 0)), lastPage));
  }
  return [...new Set([...seen, ...near])];
}

/** The page a row is on. */
export function pageOf(index: number): number {
  return Math.floor(index / PAGE_ROWS);
}
