import { ArrowDown, ArrowUp } from 'lucide-react';
import { memo, type PointerEvent, useRef } from 'react';
import { classNames } from '../../base/class-names.ts';
import { Checkbox } from '../../base/field.tsx';
import { Icon } from '../../base/icon.tsx';
import { isPinBorder, type ShownColumn } from './column-layout.ts';
import styles from './grid.module.css';
import type { GridColumn } from './grid-column.ts';
import { useColumnDrag } from './use-column-drag.ts';

export interface GridHeaderProps<Row> {
  readonly columns: readonly ShownColumn<GridColumn<Row>>[];
  /** Column by which rows are sorted. */
  readonly sorted: string | undefined;
  readonly isDescending: boolean;
  /** Column whose menu is open. */
  readonly menuOf: string | undefined;
  readonly onSort: (id: string) => void;
  readonly onMove: (id: string, places: number) => void;
  readonly onResize: (id: string, widthPx: number) => void;
  readonly onMenu: (id: string) => void;
  /** Column with the focus, when the header has it. */
  readonly focusColumn: number | undefined;
  /** How many rows are chosen; absent where they cannot be. */
  readonly selected: 'none' | 'some' | 'all' | undefined;
  readonly onSelectAll: () => void;
}

/** The header row: click sorts, drag moves, the right edge of a header resizes, a right click opens its menu. Keys are the grid's. */
function Header<Row>(props: GridHeaderProps<Row>) {
  const { columns, focusColumn, selected } = props;
  const head = useRef<HTMLDivElement>(null);
  const lefts: number[] = [];
  let left = selected ? CHECK_PX : START_PX;
  for (const column of columns) {
    lefts.push(left);
    left += column.widthPx;
  }
  const { drag, wasDragged, handlers } = useColumnDrag(
    (clientX) => {
      const headLeft = head.current?.getBoundingClientRect().left ?? 0;
      const over = lefts.findLastIndex((start) => start <= clientX - headLeft);
      return Math.max(0, over);
    },
    ({ from, to }) => {
      const id = columns[from]?.spec.id;
      if (id !== undefined) props.onMove(id, to - from);
    },
  );
  const lineAt = drag && drag.to !== drag.from ? columns[drag.to] : undefined;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtual grid cannot be a table element
    // biome-ignore lint/a11y/useFocusableInteractive: the focus is on one of its cells
    <div role="row" className={styles.head} ref={head} aria-rowindex={1}>
      {!selected && <span />}
      {selected && (
        // biome-ignore lint/a11y/useSemanticElements: a virtual grid cannot be a table element
        // biome-ignore lint/a11y/useFocusableInteractive: Ctrl+A and Space on any header do the same
        <div role="columnheader" className={classNames(styles.cell, styles.check)} aria-colindex={1}>
          <Checkbox
            label="Select all rows"
            isLabelHidden
            excludeFromTabOrder
            isSelected={selected === 'all'}
            isIndeterminate={selected === 'some'}
            onChange={props.onSelectAll}
          />
        </div>
      )}
      {columns.map(({ spec, widthPx, pinned }, place) => {
        const isSorted = spec.id === props.sorted;
        return (
          // biome-ignore lint/a11y/useSemanticElements: a virtual grid cannot be a table element
          // biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles the keys of all its parts
          <div
            key={spec.id}
            role="columnheader"
            className={classNames(styles.cell, styles.header, spec.align === 'end' && styles.end)}
            aria-colindex={place + 2}
            aria-sort={isSorted ? (props.isDescending ? 'descending' : 'ascending') : undefined}
            aria-label={spec.title}
            aria-description={pinned && `pinned to the ${pinned}`}
            aria-keyshortcuts={HEADER_KEYS}
            aria-haspopup="menu"
            aria-expanded={props.menuOf === spec.id}
            data-tip={spec.header === undefined ? undefined : spec.title}
            data-tip-name=""
            tabIndex={focusColumn === place ? 0 : -1}
            data-header={place}
            data-id={spec.id}
            data-border={isPinBorder(columns, place, pinned) ? '' : undefined}
            data-sortable={spec.sortField === undefined ? undefined : ''}
            data-sorted={isSorted ? '' : undefined}
            data-dragged={drag?.from === place ? '' : undefined}
            onClick={() => {
              if (!wasDragged()) props.onSort(spec.id);
            }}
            onContextMenu={(event) => {
              event.preventDefault();
              props.onMenu(spec.id);
            }}
            {...handlers(place)}
          >
            <span className={styles.headerText}>{spec.header ?? spec.title}</span>
            {isSorted && <Icon of={props.isDescending ? ArrowDown : ArrowUp} size={12} />}
            {!spec.flexible && (
              <ResizeEdge widthPx={widthPx} ownPx={spec.widthPx} onResize={(px) => props.onResize(spec.id, px)} />
            )}
          </div>
        );
      })}
      {lineAt && drag && (
        <span
          className={styles.drop}
          style={{ left: (lefts[drag.to] ?? 0) + (drag.to > drag.from ? lineAt.widthPx : 0) }}
        />
      )}
    </div>
  );
}

export const GridHeader = memo(Header) as typeof Header;

const HEADER_KEYS = 'Shift+ArrowLeft Shift+ArrowRight Alt+ArrowLeft Alt+ArrowRight Alt+ArrowDown';

/** Width of the checkbox column. */
export const CHECK_PX = 34;

/** Room left of the first column, where no checkbox stands there. */
export const START_PX = 6;

/** A pointer's way to a column's width; Shift and the arrow keys are the other one. A double click gives it back. */
function ResizeEdge({
  widthPx,
  ownPx,
  onResize,
}: {
  readonly widthPx: number;
  readonly ownPx: number;
  readonly onResize: (widthPx: number) => void;
}) {
  const onPointerDown = (event: PointerEvent<HTMLSpanElement>): void => {
    event.stopPropagation();
    const edge = event.currentTarget;
    const startX = event.clientX;
    edge.setPointerCapture(event.pointerId);
    edge.onpointermove = (move) => onResize(widthPx + move.clientX - startX);
    edge.onlostpointercapture = () => {
      edge.onpointermove = null;
    };
  };
  return (
    <span
      aria-hidden="true"
      className={styles.edge}
      onPointerDown={onPointerDown}
      onClick={(event) => event.stopPropagation()}
      onDoubleClick={() => onResize(ownPx)}
    />
  );
}
