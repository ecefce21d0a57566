import { MAX_PX, minPx } from './column-layout.ts';
import type { ColumnTable, GridColumns } from './use-columns.ts';

/** Where a column stands after a move: its place from 1 among those that stand beside it. */
interface ColumnPlace {
  readonly place: number;
  readonly of: number;
}

/**
 * Moves a column that is on by so many places among those that are on. Pinned columns move among those of their edge,
 * the others between them. Returns where it stands then; undefined where it is not on.
 */
export function moveColumn(table: ColumnTable, id: string, places: number): ColumnPlace | undefined {
  const side = table.getColumn(id)?.getIsPinned() || 'center';
  const shown = columnsAt(table, side).map((column) => column.id);
  const from = shown.indexOf(id);
  if (from < 0) return undefined;
  const to = Math.min(Math.max(from + places, 0), shown.length - 1);
  const target = shown[to];
  if (target !== undefined && target !== id) {
    const moved = (ids: readonly string[]): string[] => {
      const others = ids.filter((other) => other !== id);
      others.splice(others.indexOf(target) + (to > from ? 1 : 0), 0, id);
      return others;
    };
    if (side === 'center') table.setColumnOrder(moved);
    else table.setColumnPinning((pinning) => ({ ...pinning, [side]: moved(pinning[side]) }));
  }
  return { place: to + 1, of: shown.length };
}

/**
 * Sets the width of a column, within what can still be read and grabbed. Returns the width it has then, in pixels;
 * undefined for the column that takes what the others leave.
 */
export function resizeColumn<Row>({ specs, table }: GridColumns<Row>, id: string, widthPx: number): number | undefined {
  const spec = specs.find((one) => one.id === id);
  if (spec === undefined || spec.flexible) return undefined;
  const width = Math.round(Math.min(Math.max(widthPx, minPx(spec)), MAX_PX));
  table.setColumnSizing((sizes) => ({ ...sizes, [id]: width }));
  return width;
}

function columnsAt(table: ColumnTable, side: 'start' | 'center' | 'end') {
  if (side === 'start') return table.getStartVisibleLeafColumns();
  return side === 'end' ? table.getEndVisibleLeafColumns() : table.getCenterVisibleLeafColumns();
}
