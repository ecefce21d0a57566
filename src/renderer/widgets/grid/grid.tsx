import {
  type CSSProperties,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { layOutColumns } from './column-layout.ts';
import { moveColumn, resizeColumn } from './column-moves.ts';
import styles from './grid.module.css';
import { GridBody } from './grid-body.tsx';
import { HEADER_ROW, movedFocus, movedSideways, WHOLE_ROW } from './grid-focus.ts';
import { CHECK_PX, GridHeader, START_PX } from './grid-header.tsx';
import { type GridAction, gridAction } from './grid-keys.ts';
import type { RowGroup } from './group-map.ts';
import { HeaderMenu } from './header-menu.tsx';
import { pageRows } from './scroll-map.ts';
import type { Selection } from './selection.ts';
import type { GridColumns } from './use-columns.ts';
import { useGridFocus } from './use-grid-focus.ts';
import { useGridScroll } from './use-grid-scroll.ts';
import { useGridSelection } from './use-grid-selection.ts';
import type { RowWindow } from './use-row-window.ts';

const HEAD_PX = 30;

/** How long a `g` waits for the letter that says where to go. */
const SEQUENCE_MS = 1200;

/** What a key makes a column wider or narrower by. */
const RESIZE_STEP_PX = 8;

/** Room right of the last column. */
const END_PX = 12;

export interface GridProps<Row> {
  /** Name of the grid for a screen reader. */
  readonly label: string;
  readonly columns: GridColumns<Row>;
  readonly rows: RowWindow<Row>;
  readonly rowId: (row: Row) => string;
  readonly rowPx: number;
  /** False where single letters are switched off. */
  readonly letters: boolean;
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
  const { columns, rows, selection, announce } = props;
  const { table } = columns;
  const total = rows.total ?? 0;
  const scroller = useRef<HTMLDivElement>(null);
  const scroll = useGridScroll(scroller, total, props.rowPx, HEAD_PX);
  const startPx = selection ? CHECK_PX : START_PX;
  const room = Math.max(0, scroll.widthPx - startPx - END_PX);
  const shown = useMemo(() => layOutColumns(columns.shown, room).columns, [columns.shown, room]);
  const [menuOf, setMenuOf] = useState<string | undefined>(undefined);
  const space = { rows: total, columns: shown.length, pageRows: pageRows(scroll.map) };
  const { focus, moveFocus, onFocus } = useGridFocus(scroller, scroll, rows.generation, space);
  const choosing = useGridSelection({ rows, rowId: props.rowId, selection, onSelect: props.onSelect, announce });

  // Where the focus goes once the columns have changed and no menu holds it: with a column that a key moved, or beside
  // one that was turned off.
  const next = useRef<{ readonly id?: string; readonly place: number } | undefined>(undefined);
  useEffect(() => {
    if (next.current === undefined || menuOf !== undefined) return;
    const { id, place } = next.current;
    next.current = undefined;
    const at = shown.findIndex(({ spec }) => spec.id === id);
    moveFocus({ row: HEADER_ROW, column: at < 0 ? place : at });
  });

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

  /** Sorts by a column: its natural direction first, then the other one, or the given one. */
  const sortBy = (id: string | undefined, descending?: boolean): void => {
    const column = id === undefined ? undefined : table.getColumn(id);
    if (!column?.getCanSort()) return;
    const down = descending ?? column.getNextSortingOrder() === 'desc';
    announce(`Sorted by ${titleOf(columns, column.id)}, ${down ? 'descending' : 'ascending'}`);
    column.toggleSorting(down);
  };

  const move = (id: string, by: number): boolean => {
    const at = moveColumn(table, id, by);
    if (at) announce(`${titleOf(columns, id)} is column ${at.place} of ${at.of}`);
    return at !== undefined;
  };

  const resize = (id: string, widthPx: number): void => {
    const width = resizeColumn(columns, id, widthPx);
    const title = titleOf(columns, id);
    announce(width === undefined ? `${title} takes the width that is left` : `${title} is ${width} pixels wide`);
  };

  // The same functions at each drawing: the header is not drawn anew while rows pass.
  const acts = useRef({ sortBy, move, resize, toggleAll: choosing.toggleAll });
  acts.current = { sortBy, move, resize, toggleAll: choosing.toggleAll };
  const headerActs = useMemo(
    () => ({
      onSort: (id: string) => acts.current.sortBy(id),
      onMove: (id: string, places: number) => acts.current.move(id, places),
      onResize: (id: string, widthPx: number) => acts.current.resize(id, widthPx),
      onSelectAll: () => void acts.current.toggleAll(),
    }),
    [],
  );

  /** False where the key means nothing here and is left to the window. */
  const run = (action: GridAction): boolean => {
    const inHeader = focus.row === HEADER_ROW;
    const column = shown[focus.column]?.spec;
    switch (action.type) {
      case 'move': {
        const to = movedFocus(focus, action.to, space);
        if (action.extend && !inHeader && to.row !== HEADER_ROW) void choosing.extendTo(to.row, focus.row);
        moved.current = true;
        moveFocus(to);
        return true;
      }
      case 'column':
        if (setOpen(action.by > 0) || focusGroup) return true;
        moveFocus(movedSideways(focus, action.by, space));
        return true;
      case 'move-column':
        // On a header; elsewhere these keys are the window's back and forward.
        if (!column || !inHeader) return false;
        if (move(column.id, action.by)) next.current = { id: column.id, place: focus.column };
        return true;
      case 'resize-column':
        if (!column) return false;
        resize(column.id, (table.getColumn(column.id)?.getSize() ?? 0) + action.by * RESIZE_STEP_PX);
        return true;
      case 'menu':
        if (!column || !inHeader) return false;
        setMenuOf(column.id);
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
        sortBy(column?.id ?? table.state.sorting[0]?.id);
        return true;
      case 'inspect':
        if (focusGroup) setOpen(!focusGroup.isOpen);
        else if (inHeader && column) sortBy(column.id);
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
          columns={shown}
          sorted={table.state.sorting[0]?.id}
          isDescending={table.state.sorting[0]?.desc === true}
          menuOf={menuOf}
          {...headerActs}
          onMenu={setMenuOf}
          focusColumn={focus.row === HEADER_ROW ? focus.column : undefined}
          selected={selection && choosing.state}
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
      <HeaderMenu
        columns={columns}
        id={menuOf}
        scroller={scroller}
        onClose={() => setMenuOf(undefined)}
        onSort={sortBy}
        onMove={move}
        onHidden={(title) => {
          announce(`${title} is off`);
          next.current = { place: Math.max(0, focus.column - 1) };
        }}
        announce={announce}
      />
    </div>
  );
}

function titleOf<Row>({ specs }: GridColumns<Row>, id: string): string {
  return specs.find((spec) => spec.id === id)?.title ?? id;
}
