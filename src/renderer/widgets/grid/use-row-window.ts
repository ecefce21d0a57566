import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { RowGroup } from './group-map.ts';
import { PAGE_ROWS, pageOf, pagesFor, type RowRange } from './page-plan.ts';

/** How a list is divided: groups in the order of its rows. */
export interface GroupSize {
  /** Unique in its list. */
  readonly key: string;
  readonly rows: number;
  /** What its rows add up to. */
  readonly bytes: number;
}

/** A page of rows, and how many there are in all. The first page of a divided list says how it is divided. */
export interface RowPage<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
  readonly groups?: readonly GroupSize[] | undefined;
}

/** Where pages come from. `key` names the list in the query cache: what is asked, filtered and sorted, of which version. */
export interface RowSource<Row> {
  readonly key: readonly unknown[];
  readonly fetchPage: (offset: number, limit: number, signal: AbortSignal) => Promise<RowPage<Row>>;
}

/** A long list as far as it is loaded. */
export interface RowWindow<Row> {
  /** Places in the list, headings included; undefined until the first page is there. */
  readonly total: number | undefined;
  /** Rows in all, those of closed groups too. */
  readonly count: number | undefined;
  /** The row of a place, once it is loaded. */
  readonly rowAt: (place: number) => Row | undefined;
  /** The heading that stands at a place of a divided list. */
  readonly groupAt?: (place: number) => RowGroup | undefined;
  /** How the list is divided, where it is. */
  readonly groups: readonly GroupSize[] | undefined;
  /** Loads what these places need. */
  readonly show: (places: readonly RowRange[]) => void;
  /** All rows of a range of places, loaded if need be. */
  readonly between: (places: RowRange) => Promise<readonly Row[]>;
  /** The first rows of all, whether their group is open or not. */
  readonly firstRows: (limit: number) => Promise<readonly Row[]>;
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
  const [ranges, setRanges] = useState<readonly RowRange[]>([{ first: 0, last: 1 }]);
  const wantedHash = JSON.stringify(source.key);
  const shownHash = JSON.stringify(shown.source.key);

  const first = useQuery(pageOptions(source, 0));
  const arrived = first.isSuccess && wantedHash !== shownHash;
  if (arrived) setShown({ source, generation: shown.generation + 1 });
  const now = arrived ? source : shown.source;

  const head = queries.getQueryData<RowPage<Row>>(pageKey(now, 0));
  const total = head?.total;
  const pages = pagesFor(ranges, total);
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
  const asked = useRef(ranges);
  const seen = useRef(ranges);
  const show = useCallback(
    (next: readonly RowRange[]) => {
      clearTimeout(timer.current);
      const ask = (): void => {
        seen.current = next;
        // Rows pass many times a second: the table around them is drawn anew only where other pages are needed.
        if (pagesFor(next, total).join() === pagesFor(asked.current, total).join()) return;
        asked.current = next;
        setRanges(next);
      };
      if (isNear(seen.current, next)) ask();
      else timer.current = setTimeout(ask, JUMP_SETTLE_MS);
    },
    [total],
  );

  const failed = first.error ?? results.find((result) => result.isError)?.error ?? null;
  const retry = useCallback(() => {
    queries.refetchQueries({ queryKey: source.key, predicate: (query) => query.state.status === 'error' });
  }, [queries, source.key]);
  return {
    total,
    count: total,
    groups: head?.groups,
    rowAt,
    show,
    between,
    firstRows: (limit) => between({ first: 0, last: Math.min(limit, total ?? 0) }),
    generation: shown.generation,
    stale: wantedHash !== shownHash && !arrived,
    error: failed,
    retry,
  };
}

/** True where the list was not left by a jump: what comes into view is worth asking for at once. */
function isNear(before: readonly RowRange[], next: readonly RowRange[]): boolean {
  const [from, to] = [before[0]?.first ?? 0, before.at(-1)?.last ?? 0];
  const [first, last] = [next[0]?.first ?? from, next.at(-1)?.last ?? to];
  return first < to + PAGE_ROWS && last > from - PAGE_ROWS;
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
