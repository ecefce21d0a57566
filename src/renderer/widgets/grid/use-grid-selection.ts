import { useRef } from 'react';
import { extended, headerState, MAX_SELECTED, type Selection, selectionOf, toggled } from './selection.ts';
import type { RowWindow } from './use-row-window.ts';

export interface GridSelectionOptions<Row> {
  readonly rows: RowWindow<Row>;
  readonly rowId: (row: Row) => string;
  /** Undefined where rows cannot be chosen: then nothing here does anything. */
  readonly selection: Selection | undefined;
  readonly onSelect: ((selection: Selection) => void) | undefined;
  readonly announce: (text: string) => void;
}

/** What keys and clicks do to a selection. Ranges may reach over rows that are not loaded yet. */
export function useGridSelection<Row>(options: GridSelectionOptions<Row>) {
  const { rows, rowId, selection, onSelect, announce } = options;
  const anchor = useRef<number | undefined>(undefined);
  const state = selection ? headerState(selection, rows.count ?? 0) : 'none';

  const select = (next: Selection): void => {
    const full = next.ids.size >= MAX_SELECTED ? `. No more than ${MAX_SELECTED} can be selected` : '';
    announce(`${next.ids.size} selected${full}`);
    onSelect?.(next);
  };
  const toggle = (index: number): void => {
    const row = rows.rowAt(index);
    if (row === undefined || !selection) return;
    anchor.current = index;
    select(toggled(selection, rowId(row)));
  };
  return {
    state,
    toggle,
    /** Selects from the anchor, or from `start` where there is none yet, up to a row. */
    extendTo: async (index: number, start = index): Promise<void> => {
      if (!selection) return;
      const from = anchor.current ?? start;
      const kept = anchor.current === undefined ? { ids: selection.ids, anchor: undefined } : selection;
      anchor.current = from;
      // From the anchor on, as far as may be selected.
      const end = from < index ? Math.min(index, from + MAX_SELECTED - 1) : Math.max(index, from - MAX_SELECTED + 1);
      const first = Math.min(from, end);
      const last = Math.max(from, end) + 1;
      select(extended(kept, (await rows.between({ first, last })).map(rowId)));
    },
    toggleAll: async (): Promise<void> => {
      if (!selection) return;
      if (state === 'all') return select(selectionOf([]));
      select(selectionOf((await rows.firstRows(MAX_SELECTED)).map(rowId)));
    },
    /** True where there was something to clear. */
    clear: (): boolean => {
      if (!selection || selection.ids.size === 0) return false;
      select(selectionOf([]));
      return true;
    },
    /** Another list is shown: a range starts anew. */
    forgetAnchor: (): void => {
      anchor.current = undefined;
    },
  };
}
