/** Rows asked for at once: large enough that a screen needs one or two requests, small enough to answer at once. */
export const PAGE_ROWS = 200;

/** A window of rows, `last` exclusive. */
export interface RowRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Pages (by number, `PAGE_ROWS` rows each) that a visible range needs, the visible ones first, then one page ahead
 * and one behind when the range comes within half a page of them.
 * @param total rows there are; undefined while that is not known, then only the first pages are asked for
 */
export function pagesFor(range: RowRange, total: number | undefined): readonly number[] {
  const lastPage = total === undefined ? pageOf(Math.max(range.last - 1, 0)) : pageOf(Math.max(total - 1, 0));
  const first = Math.min(pageOf(range.first), lastPage);
  const last = Math.min(pageOf(Math.max(range.last - 1, range.first)), lastPage);
  const pages: number[] = [];
  for (let page = first; page <= last; page += 1) pages.push(page);
  if (total === undefined) return pages;
  const half = PAGE_ROWS / 2;
  const ahead = Math.min(pageOf(range.last - 1 + half), lastPage);
  const behind = Math.max(pageOf(Math.max(range.first - half, 0)), 0);
  if (ahead > last) pages.push(ahead);
  if (behind < first) pages.push(behind);
  return pages;
}

/** The page a row is on. */
export function pageOf(index: number): number {
  return Math.floor(index / PAGE_ROWS);
}
