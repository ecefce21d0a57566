import type { ReactNode } from 'react';
import type { ShownColumn } from './column-layout.ts';
import styles from './grid.module.css';
import type { GridColumn } from './grid-column.ts';
import { type GridFocus, HEADER_ROW } from './grid-focus.ts';
import { GridRow } from './grid-row.tsx';
import type { RowGroup } from './group-map.ts';
import { GroupRow } from './group-row.tsx';
import { rowTop, type ScrollMap } from './scroll-map.ts';
import type { Selection } from './selection.ts';
import type { GridScroll, GridView } from './use-grid-scroll.ts';
import type { RowWindow } from './use-row-window.ts';

interface GridBodyProps<Row> {
  readonly rows: RowWindow<Row>;
  readonly rowId: (row: Row) => string;
  readonly columns: readonly ShownColumn<GridColumn<Row>>[];
  readonly scroll: GridScroll;
  readonly selection: Selection | undefined;
  readonly currentId: string | undefined;
  readonly focus: GridFocus;
  readonly groupText: ((group: RowGroup) => ReactNode) | undefined;
}

/** The rows that are seen, those that are still on their way as grey bars, and the row with the focus wherever it is. */
export function GridBody<Row>({ rows, columns, scroll, selection, focus, ...props }: GridBodyProps<Row>) {
  const { map, view } = scroll;
  const waiting = rows.total === undefined;
  const indexes = waiting ? range(0, Math.ceil(map.viewportPx / map.rowPx)) : drawnRows(view, focus.row);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtual grid cannot be a table element
    <div role="rowgroup" className={styles.rows} style={{ height: waiting ? map.viewportPx : map.contentPx }}>
      {indexes.map((index) => {
        const group = rows.groupAt?.(index);
        if (group) {
          return (
            <GroupRow
              key={index}
              group={group}
              index={index}
              topPx={topOf(map, view, index)}
              hasFocus={focus.row === index}
              columnCount={columns.length + (selection ? 1 : 0)}
            >
              {props.groupText?.(group)}
            </GroupRow>
          );
        }
        const row = waiting ? undefined : rows.rowAt(index);
        const id = row === undefined ? undefined : props.rowId(row);
        const parked = !waiting && (index < view.first || index >= view.last);
        return (
          <GridRow
            key={index}
            row={row}
            index={index}
            topPx={topOf(map, view, index)}
            columns={columns}
            selected={selection && id !== undefined && selection.ids.has(id)}
            current={id !== undefined && id === props.currentId}
            focusColumn={focus.row === index ? focus.column : undefined}
            parked={parked}
            level={rows.groupAt ? 2 : undefined}
          />
        );
      })}
    </div>
  );
}

/** In document order, so that a screen reader meets the rows as they stand. */
function drawnRows(view: GridView, focusRow: number): readonly number[] {
  const rows = range(view.first, view.last);
  if (focusRow === HEADER_ROW || (focusRow >= view.first && focusRow < view.last)) return rows;
  return focusRow < view.first ? [focusRow, ...rows] : [...rows, focusRow];
}

/** A row that was scrolled away must not stretch the content. */
function topOf(map: ScrollMap, view: GridView, index: number): number {
  const top = rowTop(map, { physicalPx: 0, basePx: view.basePx }, index);
  return Math.min(Math.max(top, -map.rowPx), Math.max(0, map.contentPx - map.rowPx, index * map.rowPx - map.totalPx));
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);
}
