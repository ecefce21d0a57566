import {
  columnOrderingFeature,
  columnPinningFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  type DisplayColumnDef,
  functionalUpdate,
  type ReactTable,
  rowSortingFeature,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useMemo } from 'react';
import { MAX_PX, minPx, type ShownColumn } from './column-layout.ts';
import { useColumnMemory } from './column-memory.ts';
import { NO_CHANGES, orderedIds, visibilityOf } from './column-state.ts';
import type { GridColumn, GridSort } from './grid-column.ts';

const FEATURES = tableFeatures({
  columnOrderingFeature,
  columnPinningFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  rowSortingFeature,
});

/** The column model of one table: order, visibility, widths, pinning and sort. It knows no rows: those come by window. */
export type ColumnTable = ReactTable<typeof FEATURES, object>;

const NO_ROWS: readonly object[] = [];

/** The columns of a table as they are now, and the model that changes them. */
export interface GridColumns<Row> {
  readonly specs: readonly GridColumn<Row>[];
  readonly table: ColumnTable;
  /** Those that are on, in the order in which they stand, with their widths. The same array until one of them changes. */
  readonly shown: readonly ShownColumn<GridColumn<Row>>[];
  /** Forgets all that was changed, except the sort. */
  readonly reset: () => void;
}

/**
 * Returns the columns of a table as someone left them on this machine.
 * @param name what they are kept under
 * @param onSort absent where the order of rows is given
 */
export function useColumns<Row>(
  name: string,
  specs: readonly GridColumn<Row>[],
  sort?: GridSort,
  onSort?: (sort: GridSort) => void,
): GridColumns<Row> {
  const [kept, keep] = useColumnMemory(name);
  const columns = useMemo(() => specs.map(definition), [specs]);
  const state = useMemo(() => {
    const sorted = specs.find((spec) => spec.sortField !== undefined && spec.sortField === sort?.field);
    return {
      columnOrder: orderedIds(specs, kept.order),
      columnVisibility: visibilityOf(specs, kept.visibility),
      columnSizing: { ...kept.sizing },
      columnPinning: { start: [...kept.pinning.start], end: [...kept.pinning.end] },
      sorting: sorted && sort ? [{ id: sorted.id, desc: sort.descending }] : [],
    };
  }, [specs, kept, sort]);
  const table = useTable({
    features: FEATURES,
    columns,
    data: NO_ROWS,
    state,
    manualSorting: true,
    enableMultiSort: false,
    enableSortingRemoval: false,
    onColumnOrderChange: (change) => keep({ order: functionalUpdate(change, state.columnOrder) }),
    onColumnPinningChange: (change) => keep({ pinning: functionalUpdate(change, state.columnPinning) }),
    onColumnSizingChange: (change) => keep({ sizing: functionalUpdate(change, state.columnSizing) }),
    onColumnVisibilityChange: (change) => {
      const next = functionalUpdate(change, state.columnVisibility);
      // Only what was turned: a column that this source cannot fill may have been turned on for another one.
      const turned = Object.entries(next).filter(([id, isOn]) => state.columnVisibility[id] !== isOn);
      keep({ visibility: { ...kept.visibility, ...Object.fromEntries(turned) } });
    },
    onSortingChange: (change) => {
      const [next] = functionalUpdate(change, state.sorting);
      const field = specs.find((spec) => spec.id === next?.id)?.sortField;
      if (next && field !== undefined) onSort?.({ field, descending: next.desc });
    },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the state and the specs are all that the table's columns depend on
  const shown = useMemo(() => shownColumns(specs, table), [specs, state]);
  return { specs, table, shown, reset: () => keep(NO_CHANGES) };
}

function definition<Row>(
  spec: GridColumn<Row>,
): DisplayColumnDef<typeof FEATURES, object> & { accessorFn: () => undefined } {
  return {
    id: spec.id,
    header: spec.title,
    size: spec.widthPx,
    minSize: minPx(spec),
    maxSize: MAX_PX,
    enableHiding: spec.isFixed !== true && spec.unavailable === undefined,
    enableSorting: spec.sortField !== undefined,
    sortDescFirst: spec.largestFirst === true,
    // The library sorts only by columns that have a value, although the rows are sorted elsewhere.
    accessorFn: () => undefined,
  };
}

function shownColumns<Row>(
  specs: readonly GridColumn<Row>[],
  table: ColumnTable,
): readonly ShownColumn<GridColumn<Row>>[] {
  const byId = new Map(specs.map((spec) => [spec.id, spec]));
  const parts = [
    { columns: table.getStartVisibleLeafColumns(), pinned: 'start' },
    { columns: table.getCenterVisibleLeafColumns(), pinned: undefined },
    { columns: table.getEndVisibleLeafColumns(), pinned: 'end' },
  ] as const;
  return parts.flatMap(({ columns, pinned }) =>
    columns.flatMap((column) => {
      const spec = byId.get(column.id);
      return spec ? [{ spec, widthPx: column.getSize(), pinned }] : [];
    }),
  );
}
