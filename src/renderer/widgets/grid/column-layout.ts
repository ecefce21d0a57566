/** What a grid must know of a column to place it; how its cells look is in `GridColumn`. Widths in CSS pixels. */
export interface ColumnSpec {
  readonly id: string;
  /** Words in the column menu and for a screen reader; the header may show fewer. */
  readonly title: string;
  readonly widthPx: number;
  /** Narrower it cannot be made; default 40. */
  readonly minPx?: number;
  /** Takes what the others leave. One column of a grid has it. */
  readonly flexible?: boolean;
  /** In a narrow window the column with the largest number gives way first; 0 never does. */
  readonly priority: number;
  /** Cannot be turned off. */
  readonly isFixed?: boolean;
  /** Off until someone turns it on. */
  readonly offAtFirst?: boolean;
  /** Why this source cannot fill the column; it is then off and the column menu says so. */
  readonly unavailable?: string;
}

/** The edge of a grid at which a column is held. */
export type PinnedSide = 'start' | 'end';

/** A column that is on, with the width that the column model gives it. */
export interface ShownColumn<Spec extends ColumnSpec> {
  readonly spec: Spec;
  readonly widthPx: number;
  /** Absent: it stands between the pinned ones. */
  readonly pinned?: PinnedSide | undefined;
}

/** The columns that are drawn, and those that are on but found no room. */
export interface ColumnLayout<Spec extends ColumnSpec> {
  readonly columns: readonly ShownColumn<Spec>[];
  readonly gaveWay: readonly Spec[];
}

export const MIN_PX = 40;
export const MAX_PX = 800;

/** What the flexible column keeps when there is hardly any room. */
const SQUEEZED_PX = 80;

/**
 * Places columns in `roomPx`: drops what finds no room, then gives the rest to the flexible one. A pinned column never
 * gives way. Where not even the columns that never give way have room, they are squeezed: each to its least width, the
 * flexible one to what is left.
 */
export function layOutColumns<Spec extends ColumnSpec>(
  shown: readonly ShownColumn<Spec>[],
  roomPx: number,
): ColumnLayout<Spec> {
  let kept = shown;
  const gaveWay: Spec[] = [];
  const needs = ({ spec, widthPx }: ShownColumn<Spec>): number => (spec.flexible ? minPx(spec) : widthPx);
  let needed = kept.reduce((sum, column) => sum + needs(column), 0);
  while (needed > roomPx) {
    const next = kept.reduce<ShownColumn<Spec> | undefined>(
      (a, b) => (yielding(b) > (a ? yielding(a) : 0) ? b : a),
      undefined,
    );
    if (next === undefined) break;
    kept = kept.filter((column) => column !== next);
    gaveWay.push(next.spec);
    needed -= needs(next);
  }
  const isTight = needed > roomPx;
  const width = (column: ShownColumn<Spec>): number => (isTight ? minPx(column.spec) : needs(column));
  const stiff = kept.reduce((sum, column) => sum + (column.spec.flexible ? 0 : width(column)), 0);
  const columns = kept.map((column) => ({
    ...column,
    widthPx: column.spec.flexible
      ? Math.max(roomPx - stiff, isTight ? SQUEEZED_PX : minPx(column.spec))
      : width(column),
  }));
  return { columns, gaveWay };
}

/** True for a column with a line at its end: pinned columns and the others meet there. */
export function isPinBorder(columns: readonly ShownColumn<ColumnSpec>[], place: number, pinned?: PinnedSide): boolean {
  const next = columns[place + 1];
  return next !== undefined && next.pinned !== pinned;
}

/** The narrowest that a column can be made. */
export function minPx(spec: ColumnSpec): number {
  return spec.minPx ?? MIN_PX;
}

function yielding({ spec, pinned }: ShownColumn<ColumnSpec>): number {
  return pinned === undefined ? spec.priority : 0;
}
