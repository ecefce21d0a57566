/** The most rows that the contract gives at once. */
const PAGE = 1000;

/** Rows from `offset`, at most `limit` of them, fetched a page at a time: only one page is held in memory. */
export async function* pageThrough<Row>(
  window: { readonly offset?: number | undefined; readonly limit?: number | undefined },
  fetch: (page: {
    offset: number;
    limit: number;
  }) => Promise<{ readonly rows: readonly Row[]; readonly total: number }>,
  onTotal: (total: number) => void = () => undefined,
): AsyncGenerator<Row> {
  let offset = window.offset ?? 0;
  let left = window.limit ?? Number.POSITIVE_INFINITY;
  while (left > 0) {
    const { rows, total } = await fetch({ offset, limit: Math.min(PAGE, left) });
    onTotal(total);
    yield* rows;
    offset += rows.length;
    left -= rows.length;
    if (rows.length === 0 || offset >= total) return;
  }
}
