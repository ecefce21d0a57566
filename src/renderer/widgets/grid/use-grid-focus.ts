import { type FocusEvent, type RefObject, useLayoutEffect, useRef, useState } from 'react';
import { clampedFocus, type FocusSpace, type GridFocus, HEADER_ROW, WHOLE_ROW } from './grid-focus.ts';
import type { GridScroll } from './use-grid-scroll.ts';

/**
 * Where the one tab stop is. The document's own focus leads: a click on a header or a cell moves the tab stop there too.
 * @param generation rises when another list is shown; the focus then goes to its first row
 */
export function useGridFocus(
  scroller: RefObject<HTMLElement | null>,
  scroll: GridScroll,
  generation: number,
  space: FocusSpace,
) {
  const [wanted, setWanted] = useState<GridFocus>({ row: 0, column: WHOLE_ROW });
  const focus = clampedFocus(wanted, space);
  const take = useRef(false);
  const { toTop, showRow } = scroll;

  // Before the effect below, so that what that one asks for waits for the render it causes.
  useLayoutEffect(() => {
    if (!take.current) return;
    take.current = false;
    elementAt(scroller.current, focus)?.focus({ preventScroll: true });
  });

  useLayoutEffect(() => {
    if (generation === 0) return;
    // The row that had the focus may be gone: if it was inside, it stays inside.
    take.current = scroller.current?.contains(document.activeElement) === true;
    toTop();
    setWanted((before) => (before.row === HEADER_ROW ? before : { row: 0, column: before.column }));
  }, [generation, toTop, scroller]);

  return {
    focus,
    /** Moves the tab stop and the document's focus there, and scrolls it into view. */
    moveFocus: (next: GridFocus): void => {
      take.current = true;
      setWanted({ ...next });
      if (next.row !== HEADER_ROW) showRow(next.row);
    },
    onFocus: ({ target }: FocusEvent): void => {
      const at = placeOf(target);
      if (at && (at.row !== focus.row || at.column !== focus.column)) setWanted(at);
    },
  };
}

function placeOf(target: EventTarget): GridFocus | undefined {
  if (!(target instanceof HTMLElement)) return undefined;
  const { header, index, column } = target.dataset;
  if (header !== undefined) return { row: HEADER_ROW, column: Number(header) };
  if (index !== undefined) return { row: Number(index), column: WHOLE_ROW };
  const row = target.closest<HTMLElement>('[data-index]')?.dataset.index;
  return column === undefined || row === undefined ? undefined : { row: Number(row), column: Number(column) };
}

function elementAt(scroller: HTMLElement | null, focus: GridFocus): HTMLElement | null | undefined {
  if (focus.row === HEADER_ROW) return scroller?.querySelector<HTMLElement>(`[data-header="${focus.column}"]`);
  const row = scroller?.querySelector<HTMLElement>(`[data-index="${focus.row}"]`);
  return focus.column === WHOLE_ROW ? row : row?.querySelector<HTMLElement>(`[data-column="${focus.column}"]`);
}
