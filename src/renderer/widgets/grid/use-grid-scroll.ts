import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import {
  createScrollMap,
  logicalPx,
  positionAt,
  positionShowing,
  type ScrollMap,
  type ScrollPosition,
  scrolledTo,
  visibleRows,
} from './scroll-map.ts';

/** Rows drawn beyond what is seen, so that a wheel tick never shows a gap. */
const OVERSCAN = 8;

/** What is drawn: rows `first` to `last` (exclusive), each at `index * rowPx - basePx` inside the content. */
export interface GridView {
  readonly first: number;
  readonly last: number;
  readonly basePx: number;
}

export interface GridScroll {
  readonly map: ScrollMap;
  readonly view: GridView;
  /** Width inside the scroll bar; 0 until measured. */
  readonly widthPx: number;
  /** Scrolls by as little as needed until the whole row is seen. */
  readonly showRow: (index: number) => void;
  readonly toTop: () => void;
}

/**
 * Ties a scrolling element to a scroll map. The element holds a sticky header of `headPx` and, below it, a content
 * element of `map.contentPx`. Its own scroll events are the only source of truth; nothing is animated by us.
 */
export function useGridScroll(
  scroller: RefObject<HTMLElement | null>,
  rows: number,
  rowPx: number,
  headPx: number,
): GridScroll {
  const [size, setSize] = useState({ widthPx: 0, heightPx: 0 });
  const map = useMemo(
    () => createScrollMap(rows, rowPx, Math.max(0, size.heightPx - headPx)),
    [rows, rowPx, size.heightPx, headPx],
  );
  const position = useRef<ScrollPosition>({ physicalPx: 0, basePx: 0 });
  const mapRef = useRef(map);
  const [view, setView] = useState<GridView>(() => drawn(map, position.current));

  const apply = useCallback(
    (next: ScrollPosition, now: ScrollMap) => {
      position.current = next;
      const element = scroller.current;
      if (element && element.scrollTop !== next.physicalPx) element.scrollTop = next.physicalPx;
      setView((before) => sameOr(before, drawn(now, next)));
    },
    [scroller],
  );

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = (): void =>
      setSize((before) =>
        before.widthPx === element.clientWidth && before.heightPx === element.clientHeight
          ? before
          : { widthPx: element.clientWidth, heightPx: element.clientHeight },
      );
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller]);

  // Other rows, another height of rows or of the window: the row at the top stays the row at the top.
  useLayoutEffect(() => {
    const before = mapRef.current;
    mapRef.current = map;
    const topRow = logicalPx(position.current) / before.rowPx;
    const kept = before === map ? position.current : positionAt(map, topRow * map.rowPx);
    apply(kept, map);
  }, [map, apply]);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const onScroll = (): void => {
      const physicalPx = element.scrollTop;
      if (physicalPx === position.current.physicalPx) return;
      const next = scrolledTo(mapRef.current, position.current, physicalPx);
      // In the same frame: a row that is drawn one frame late is seen as a gap.
      flushSync(() => apply(next, mapRef.current));
    };
    // At rest the scroll bar is put where it belongs, without moving a row: steps may have drifted from its scale.
    const onRest = (): void => {
      const rest = positionAt(mapRef.current, logicalPx(position.current));
      if (Math.abs(rest.physicalPx - position.current.physicalPx) > 1) apply(rest, mapRef.current);
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    element.addEventListener('scrollend', onRest);
    return () => {
      element.removeEventListener('scroll', onScroll);
      element.removeEventListener('scrollend', onRest);
    };
  }, [scroller, apply]);

  const showRow = useCallback(
    (index: number) => apply(positionShowing(mapRef.current, position.current, index), mapRef.current),
    [apply],
  );
  const toTop = useCallback(() => apply({ physicalPx: 0, basePx: 0 }, mapRef.current), [apply]);
  return { map, view, widthPx: size.widthPx, showRow, toTop };
}

function drawn(map: ScrollMap, position: ScrollPosition): GridView {
  const { first, last } = visibleRows(map, position);
  return {
    first: Math.max(0, first - OVERSCAN),
    last: Math.min(map.rows, last + OVERSCAN),
    basePx: position.basePx,
  };
}

function sameOr(before: GridView, next: GridView): GridView {
  return before.first === next.first && before.last === next.last && before.basePx === next.basePx ? before : next;
}
