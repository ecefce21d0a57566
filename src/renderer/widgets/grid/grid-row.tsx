import { memo, type ReactNode } from 'react';
import { classNames } from '../../base/class-names.ts';
import { CheckMark } from '../../base/field.tsx';
import { isPinBorder, type ShownColumn } from './column-layout.ts';
import styles from './grid.module.css';
import type { GridColumn } from './grid-column.ts';

export interface GridRowProps<Row> {
  readonly row: Row | undefined;
  readonly index: number;
  readonly topPx: number;
  readonly columns: readonly ShownColumn<GridColumn<Row>>[];
  /** Undefined where rows cannot be chosen. */
  readonly selected: boolean | undefined;
  /** The row the inspector shows. */
  readonly current: boolean;
  /** -1: the whole row has the focus; a column; undefined: the focus is elsewhere. */
  readonly focusColumn: number | undefined;
  /** Kept for its focus only: it has been scrolled away. */
  readonly parked: boolean;
  /** Depth below the headings of a divided list. */
  readonly level: number | undefined;
}

/** A row. It says nothing of what a click does: the grid listens for all of them. */
function Row<Row>(props: GridRowProps<Row>) {
  const { row, index, columns, focusColumn } = props;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtual grid cannot be a table element
    <div
      role="row"
      className={styles.row}
      aria-rowindex={index + 2}
      aria-level={props.level}
      aria-selected={props.selected}
      aria-current={props.current ? 'true' : undefined}
      data-index={index}
      data-parked={props.parked ? '' : undefined}
      tabIndex={focusColumn === -1 ? 0 : -1}
      style={{ top: props.topPx }}
    >
      {props.selected === undefined ? (
        <span />
      ) : (
        <GridCell className={styles.check}>{row !== undefined && <CheckMark isOn={props.selected} />}</GridCell>
      )}
      {columns.map(({ spec, pinned }, column) => (
        <GridCell
          key={spec.id}
          className={spec.align === 'end' ? styles.end : undefined}
          isBorder={isPinBorder(columns, column, pinned)}
          tabIndex={focusColumn === undefined ? undefined : column === focusColumn ? 0 : -1}
          column={column}
        >
          {row === undefined ? <Skeleton spec={spec} index={index} /> : spec.cell(row)}
        </GridCell>
      ))}
    </div>
  );
}

function GridCell(props: {
  readonly className: string | undefined;
  readonly tabIndex?: number | undefined;
  readonly column?: number;
  readonly isBorder?: boolean;
  readonly children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtual grid cannot be a table element
    <div
      role="gridcell"
      className={classNames(styles.cell, props.className)}
      tabIndex={props.tabIndex}
      aria-colindex={props.column === undefined ? 1 : props.column + 2}
      data-column={props.column}
      data-check={props.column === undefined ? '' : undefined}
      data-border={props.isBorder ? '' : undefined}
    >
      {props.children}
    </div>
  );
}

/** A grey bar where the value will stand. Its width varies by row, so that a page of them does not look like a wall. */
function Skeleton<Row>({ spec, index }: { readonly spec: GridColumn<Row>; readonly index: number }) {
  const share = spec.flexible ? 0.45 + (0.35 * ((index * 37) % 11)) / 10 : 1;
  const width = spec.flexible ? `${Math.round(share * 100)}%` : (spec.skeletonPx ?? Math.round(spec.widthPx * 0.5));
  return <span className={styles.skeleton} style={{ width }} />;
}

export const GridRow = memo(Row) as typeof Row;
