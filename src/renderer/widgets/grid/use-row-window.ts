import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { PAGE_ROWS, pageOf, pagesFor, type RowRange } from './page-plan.ts';

/** A page of rows, and how many there are in all. */
export interface RowPage<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
}

/** Where pages come from. `key` names the list in the query cache: what is asked, filtered and sorted, of which version. */
export interface RowSource<Row> {
  readonly key: readonly unknown[];
  readonly fetchPage: (offset: number, limit: number, signal: AbortSignal) => Promise<RowPage<Row>>;
}

/** A long list as far as it is loaded. */
export interface RowWindow<Row> {
  /** Undefined until the first page is there. */
  readonly total: number | undefined;
  readonly rowAt: (index: number) => Row | undefined;
  /** Loads what a range needs. */
  readonly show: (range: RowRange) => void;
  /** All rows of a range, loaded if need be. */
  readonly between: (range: RowRange) => Promise<readonly Row[]>;
  /** Rises whenever another list is shown: filtered, sorted or read anew. */
  readonly generation: number;
  /** Another list is on its way; the rows shown are still those of the list before. */
  readonly stale: boolean;
  readonly error: Error | null;
  readonly retry: () => void;
}

/** After a jump of the scroll bar, pages are asked for once it holds still for so long. */
const JUMP_SETTLE_MS = 60;

/**
 * Loads a list page by page around what is seen, through the query cache: a page is asked for once, a request for rows
 * that were left again is cancelled. When the source's key changes, the old rows stay until the first new page is
 * there, and then all change at once.
 */
export function useRowWindow<Row>(source: RowSource<Row>): RowWindow<Row> {
  const queries = useQueryClient();
  const [shown, setShown] = useState({ source, generation: 0 });
  const [range, setRange] = useState<RowRange>({ first: 0, last: 1 });
  const wantedHash = JSON.stringify(source.key);
  const shownHash = JSON.stringify(shown.source.key);

  const first = useQuery(pageOptions(source, 0));
  const arrived = first.isSuccess && wantedHash !== shownHash;
  if (arrived) setShown({ source, generation: shown.generation + 1 });
  const now = arrived ? source : shown.source;

  const total = queries.getQueryData<RowPage<Row>>(pageKey(now, 0))?.total;
  const pages = pagesFor(range, total);
  const results = useQueries({ queries: pages.map((page) => pageOptions(now, page)) });
  // Reading `data` here is what asks to be told when it arrives.
  const loaded = new Map(results.map(({ data }, at) => [pages[at], data]));

  const rowAt = (index: number): Row | undefined => {
    const page = pageOf(index);
    const rows = (loaded.get(page) ?? queries.getQueryData<RowPage<Row>>(pageKey(now, page)))?.rows;
    return rows?.[index - page * PAGE_ROWS];
  };

  const between = useCallback(
    async ({ first: from, last }: RowRange): Promise<readonly Row[]> => {
      const rows: Row[] = [];
      for (let page = pageOf(from); page * PAGE_ROWS < last; page += 1) {
        const { rows: fetched } = await queries.fetchQuery(pageOptions(now, page));
        rows.push(...fetched.slice(Math.max(0, from - page * PAGE_ROWS), last - page * PAGE_ROWS));
      }
      return rows;
    },
    [queries, now],
  );

  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const asked = useRef(range);
  const show = useCallback((next: RowRange) => {
    clearTimeout(timer.current);
    const near = next.first < asked.current.last + PAGE_ROWS && next.last > asked.current.first - PAGE_ROWS;
    const ask = (): void => {
      asked.current = next;
      setRange(next);
    };
    if (near) ask();
    else timer.current = setTimeout(ask, JUMP_SETTLE_MS);
  }, []);

  const failed = first.error ?? results.find((result) => result.isError)?.error ?? null;
  const retry = useCallback(() => {
    queries.refetchQueries({ queryKey: source.key, predicate: (query) => query.state.status === 'error' });
  }, [queries, source.key]);
  return {
    total,
    rowAt,
    show,
    between,
    generation: shown.generation,
    stale: wantedHash !== shownHash && !arrived,
    error: failed,
    retry,
  };
}

function pageKey<Row>(source: RowSource<Row>, page: number): readonly unknown[] {
  return [...source.key, 'page', page];
}

function pageOptions<Row>(source: RowSource<Row>, page: number) {
  return {
    queryKey: pageKey(source, page),
    queryFn: ({ signal }: { readonly signal: AbortSignal }) => source.fetchPage(page * PAGE_ROWS, PAGE_ROWS, signal),
  };
}
