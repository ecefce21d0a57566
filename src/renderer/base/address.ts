import { useCallback, useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { navigate, useLocationProperty } from 'wouter/use-browser-location';
import { usePanels, usePreferences } from './window-state.ts';

/** Search parameters by name; `undefined` takes one out. */
export type ParamChanges = Readonly<Record<string, string | undefined>>;

/** Address of a source's view. */
export function sourceHref(sourceId: string, segment: string, params: ParamChanges = {}): string {
  return `/sources/${encodeURIComponent(sourceId)}/${segment}${searchText(changed(new URLSearchParams(), params))}`;
}

function changed(search: URLSearchParams, changes: ParamChanges): URLSearchParams {
  const next = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') next.delete(name);
    else next.set(name, value);
  }
  return next;
}

function searchText(search: URLSearchParams): string {
  // A digest in an address stays readable: ":" and "/" need no escape in a query.
  const text = search.toString().replaceAll('%3A', ':').replaceAll('%2F', '/').replaceAll('%2C', ',');
  return text === '' ? '' : `?${text}`;
}

/**
 * The link to an address of this window that can be passed on: in a browser the address itself; in the desktop program,
 * whose own pages nobody else can open, one that the system hands to it (`addressOfLink` reads it).
 */
export function linkTo(href: string, base: string = window.location.href): string {
  const url = new URL(href, base);
  return url.protocol === 'app:' ? `cachewright://${url.pathname}${url.search}` : url.href;
}

/** Changes search parameters of the present address. `replace`: without a new entry in the history. */
export function setParams(changes: ParamChanges, { replace = false }: { readonly replace?: boolean } = {}): void {
  const before = new URLSearchParams(window.location.search);
  const text = searchText(changed(before, changes));
  if (text === searchText(before)) return;
  navigate(`${window.location.pathname}${text}`, { replace });
}

/** All search parameters of the address. */
export function useSearchParameters(): URLSearchParams {
  const search = useSearch();
  return useMemo(() => new URLSearchParams(search), [search]);
}

/** One search parameter, and how to set it: `const [sort, setSort] = useParam('sort')`. Others may change without a new drawing. */
export function useParam(
  name: string,
): readonly [string | undefined, (value: string | undefined, options?: { readonly replace?: boolean }) => void] {
  const value = useLocationProperty(() => new URLSearchParams(window.location.search).get(name) ?? undefined);
  const set = useCallback(
    (next: string | undefined, options?: { readonly replace?: boolean }) => setParams({ [name]: next }, options),
    [name],
  );
  return [value, set];
}

/** Where the window is: `/sources/<sourceId>/<segment>` or `/<segment>`. */
export interface Place {
  readonly sourceId: string | undefined;
  /** "" on the start page. */
  readonly segment: string;
}

/** Reads a place from a path. */
export function placeOf(pathname: string): Place {
  const parts = pathname.split('/').filter((part) => part !== '');
  if (parts[0] === 'sources' && parts[1] !== undefined) {
    return { sourceId: decodeURIComponent(parts[1]), segment: parts[2] ?? 'overview' };
  }
  return { sourceId: undefined, segment: parts[0] ?? '' };
}

/** The place in the address. */
export function usePlace(): Place {
  const [pathname] = useLocation();
  return useMemo(() => placeOf(pathname), [pathname]);
}

/** Search parameters that say what the inspector shows. At most one of them is set. */
export const INSPECTED = ['record', 'layer', 'job', 'plan'] as const;
export type Inspected = (typeof INSPECTED)[number];

/**
 * Shows something in the inspector, or nothing. It is part of the address: back, forward, reload and copy link keep it.
 * `follow`: the current row only moved, so a closed inspector stays closed.
 */
export function inspect(
  subject: Inspected,
  id: string | undefined,
  { replace = false, follow = false }: { readonly replace?: boolean; readonly follow?: boolean } = {},
): void {
  const others = Object.fromEntries(INSPECTED.map((name) => [name, undefined]));
  // Walking from record to record with the files open keeps the files open.
  const isSame = id !== undefined && new URLSearchParams(window.location.search).has(subject);
  setParams({ ...others, [subject]: id, ...(isSame ? {} : { panel: undefined }) }, { replace });
  if (follow || id === undefined) return;
  usePreferences.setState({ inspectorOpen: true });
  usePanels.setState({ inspectorSheet: true });
}
