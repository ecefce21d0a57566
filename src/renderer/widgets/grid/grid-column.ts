import type { ReactNode } from 'react';
import type { ColumnSpec } from './column-layout.ts';

/** A column of a grid: where it stands, what it sorts by and how its cells look. */
export interface GridColumn<Row> extends ColumnSpec {
  /** What stands in the header where the title is too long. */
  readonly header?: string;
  /** Numbers stand at the end, so that their digits line up. */
  readonly align?: 'end';
  /** Name of the sort field; absent: the column cannot be sorted by. */
  readonly sortField?: string;
  /** The first sort goes from large to small. */
  readonly largestFirst?: boolean;
  readonly cell: (row: Row) => ReactNode;
  /** Width of the grey bar while the row is on its way; default half the column. */
  readonly skeletonPx?: number;
}

/** Which field rows are sorted by. */
export interface GridSort {
  readonly field: string;
  readonly descending: boolean;
}
