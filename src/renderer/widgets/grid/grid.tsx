import {
  type CSSProperties,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useEffect,
  useMemo,
  useRef,
} from 'react';
import { type ColumnChoice, chosenPx, layOutColumns, moveColumn, resizeColumn } from './column-layout.ts';
import styles from './grid.module.css';
import { GridBody } from './grid-body.tsx';
import { type GridColumn, type GridSort, nextSort } from './grid-column.ts';
import { HEADER_ROW, movedFocus, movedSideways, WHOLE_ROW } from './grid-focus.ts';
import { CHECK_PX, GridHeader, START_PX } from './grid-header.tsx';
import { type GridAction, gridAction } from './grid-keys.ts';
import type { RowGroup } from './group-map.ts';
import { pageRows } from './scroll-map.ts';
import type { Selection } from './selection.ts';
import { useGridFocus } from './use-grid-focus.ts';
import { useGridScroll } from './use-grid-scroll.ts';
import { useGridSelection } from './use-grid-selection.ts';
import type { RowWindow } from './use-row-window.ts';

const HEAD_PX = 30;

/** How long a `g` waits for the letter that says where to go. */
const SEQUENCE_MS = 1200;

/** Room right of the last column. */
const END_PX = 12;

export interface GridProps<Row> {
  /** Name of the grid for a screen reader. */
  readonly label: string;
  readonly columns: readonly GridColumn<Row>[];
  readonly choice: ColumnChoice;
  readonly onChoice: (choice: ColumnChoice) => void;
  readonly rows: RowWindow<Row>;
  readonly rowId: (row: Row) => string;
  readonly rowPx: number;
  /** False where single letters are switched off. */
  readonly letters: boolean;
  readonly sort: GridSort | undefined;
  readonly onSort: (sort: GridSort) => void;
  /** Absent where rows cannot be chosen. */
  readonly selection?: Selection;
  readonly onSelect?: (selection: Selection) => void;
  /** Id of the row the inspector shows. */
  readonly currentId?: string | undefined;
  /** Enter or a click; absent where a row has no details. */
  readonly onInspect?: (row: Row) => void;
  readonly onCopy?: (row: Row) => void;
  /** The row with the focus, for the view's own commands. `moved`: a key brought the focus there, not another sort. */
  readonly onFocusRow?: (row: Row | undefined, moved: boolean) => void;
  /** Says something to a screen reader. */
  readonly announce: (text: string) => void;
  /** What a heading of a divided list says. */
  readonly groupText?: (group: RowGroup) => ReactNode;
  readonly onToggleGroup?: (key: string) => void;
  /** Stands in the place of the rows: that there are none, or an error. */
  readonly instead?: ReactNode;
}

/**
 * A table of any length: it draws only what is seen, and asks for rows as they come into view. One tab stop; the focus
 * moves by row, and by cell with the arrows sideways; the row with the focus stays in the document when it is scrolled
 * away. Selection is not focus.
 */
export function Grid<Row>(props: GridProps<Row>) {
  const { columns, choice, rows, selection, announce } = props;
  const total = rows.total ?? 0;
  const scroller = useRef<HTMLDivElement>(null);
  const scroll = useGridScroll(scroller, total, props.rowPx, HEAD_PX);
  const startPx = selection ? CHECK_PX : START_PX;
  const room = Math.max(0, scroll.widthPx - startPx - END_PX);
  const shown = useMemo(() => layOutColumns(columns, choice, room).columns, [columns, choice, room]);
  const space = { rows: total, columns: shown.length, pageRows: pageRows(scroll.map) };
  const { focus, moveFocus, onFocus } = useGridFocus(scroller, scroll, rows.generation, space);
  const choosing = useGridSelection({ rows, rowId: props.rowId, selection, onSelect: props.onSelect, announce });

  const moved = useRef(false);
  const goPressedMs = useRef(Number.NEGATIVE_INFINITY);
  const { show, generation } = rows;
  const { view } = scroll;
  useEffect(() => show([view]), [show, view]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever another list is shown
  useEffect(() => {
    choosing.forgetAnchor();
    moved.current = false;
  }, [generation]);

  const focusRow = focus.row === HEADER_ROW ? undefined : rows.rowAt(focus.row);
  const focusId = focusRow === undefined ? undefined : props.rowId(focusRow);
  // biome-ignore lint/correctness/useExhaustiveDependencies: told whenever it is another row
  useEffect(() => props.onFocusRow?.(focusRow, moved.current), [focusId]);

  const focusGroup = focus.row === HEADER_ROW ? undefined : rows.groupAt?.(focus.row);
  /** Opens or closes the group that has the focus; false where none has, or it is so already. */
  const setOpen = (isOpen: boolean): boolean => {
    if (focusGroup === undefined || focusGroup.isOpen === isOpen) return false;
    props.onToggleGroup?.(focusGroup.key);
    return true;
  };

  const sortBy = (sort: GridSort | undefined): void => {
    if (!sort) return;
    const column = columns.find((c) => c.sortField === sort.field);
    announce(`Sorted by ${column?.title ?? sort.field}, ${sort.descending ? 'descending' : 'ascending'}`);
    props.onSort(sort);
  };

  /** False where the key means nothing here and is left to the window. */
  const run = (action: GridAction): boolean => {
    const inHeader = focus.row === HEADER_ROW;
    const column = shown[focus.column]?.spec;
    switch (action.type) {
      case 'move': {
        const next = movedFocus(focus, action.to, space);
        if (action.extend && !inHeader && next.row !== HEADER_ROW) void choosing.extendTo(next.row, focus.row);
        moved.current = true;
        moveFocus(next);
        return true;
      }
      case 'column':
        if (setOpen(action.by > 0) || focusGroup) return true;
        moveFocus(movedSideways(focus, action.by, space));
        return true;
      case 'move-column':
        // On a header; elsewhere these keys are the window's back and forward.
        if (!column || !inHeader) return false;
        props.onChoice(moveColumn(columns, choice, column.id, action.by));
        moveFocus(movedSideways(focus, action.by, space));
        return true;
      case 'resize-column':
        if (!column) return false;
        props.onChoice(resizeColumn(column, choice, chosenPx(column, choice) + action.by * 8));
        return true;
      case 'toggle':
        if (focusGroup) return setOpen(!focusGroup.isOpen);
        if (!selection) return false;
        if (inHeader) void choosing.toggleAll();
        else if (action.extend) void choosing.extendTo(focus.row);
        else choosing.toggle(focus.row);
        return true;
      case 'select-all':
        if (!selection) return false;
        void choosing.toggleAll();
        return true;
      case 'sort':
        sortBy(column ? nextSort(column, props.sort) : props.sort && reversed(props.sort));
        return true;
      case 'inspect':
        if (focusGroup) setOpen(!focusGroup.isOpen);
        else if (inHeader && column) sortBy(nextSort(column, props.sort));
        else if (focusRow !== undefined) props.onInspect?.(focusRow);
        return true;
      case 'copy':
        if (focusRow === undefined || !props.onCopy) return false;
        props.onCopy(focusRow);
        return true;
      case 'open':
      case 'close':
        return setOpen(action.type === 'open');
      case 'escape':
        return choosing.clear();
    }
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    // The second letter of `g k` belongs to the window, although `k` alone moves up.
    const isSecond = performance.now() - goPressedMs.current < SEQUENCE_MS;
    goPressedMs.current = event.key === 'g' && !isSecond ? performance.now() : Number.NEGATIVE_INFINITY;
    if (isSecond && /^[a-z]$/i.test(event.key)) return;
    const onControl = (event.target as HTMLElement).closest('button, a, input') !== null;
    const action = gridAction(event, props.letters);
    if (!action || (onControl && (event.key === ' ' || event.key === 'Enter')) || !run(action)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  const onClick = (event: MouseEvent): void => {
    const target = event.target as HTMLElement;
    const index = Number(target.closest<HTMLElement>('[data-index]')?.dataset.index ?? Number.NaN);
    const row = rows.rowAt(index);
    const group = rows.groupAt?.(index);
    if ((row ?? group) === undefined || target.closest('button, a')) return;
    moveFocus({ row: index, column: WHOLE_ROW });
    if (group) props.onToggleGroup?.(group.key);
    if (row === undefined) return;
    if (selection && event.shiftKey) void choosing.extendTo(index);
    else if (selection && (event.ctrlKey || event.metaKey || target.closest('[data-check]'))) choosing.toggle(index);
    else props.onInspect?.(row);
  };

  const template = [`${startPx}px`, ...shown.map((c) => `${c.widthPx}px`)].join(' ');
  // A virtual grid cannot be a table element; a divided one is a tree of two levels. Its rows and headers are the tab
  // stop, it only listens for all of them.
  const semantics = {
    role: rows.groupAt ? 'treegrid' : 'grid',
    'aria-label': props.label,
    'aria-rowcount': rows.total === undefined ? -1 : total + 1,
    'aria-colcount': shown.length + (selection ? 1 : 0),
    'aria-multiselectable': selection ? true : undefined,
    'aria-busy': rows.error === null && (rows.stale || rows.total === undefined),
    onKeyDown,
    onClick,
    onFocus,
  };
  return (
    <div className={styles.grid} data-stale={rows.stale ? '' : undefined}>
      <div
        ref={scroller}
        {...semantics}
        className={styles.scroller}
        style={{ '--grid-columns': template, '--grid-row': `${props.rowPx}px` } as CSSProperties}
      >
        <GridHeader
          all={columns}
          columns={shown}
          choice={choice}
          onChoice={props.onChoice}
          sort={props.sort}
          onSort={sortBy}
          focusColumn={focus.row === HEADER_ROW ? focus.column : undefined}
          selectAll={selection && { state: choosing.state, toggle: () => void choosing.toggleAll() }}
        />
        {!props.instead && (
          <GridBody
            rows={rows}
            rowId={props.rowId}
            columns={shown}
            scroll={scroll}
            selection={selection}
            currentId={props.currentId}
            focus={focus}
            groupText={props.groupText}
          />
        )}
      </div>
      {props.instead && <div className={styles.instead}>{props.instead}</div>}
    </div>
  );
}

function reversed(sort: GridSort): GridSort {
  return { field: sort.field, descending: !sort.descending };
}
