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

/** What someone changed about the columns of one view. Ids that no longer exist are ignored. */
export interface ColumnChoice {
  readonly order: readonly string[];
  readonly on: readonly string[];
  readonly off: readonly string[];
  readonly widths: Readonly<Record<string, number>>;
}

export interface PlacedColumn<Spec extends ColumnSpec> {
  readonly spec: Spec;
  readonly widthPx: number;
}

/** The columns that are drawn, and those that are on but found no room. */
export interface ColumnLayout<Spec extends ColumnSpec> {
  readonly columns: readonly PlacedColumn<Spec>[];
  readonly gaveWay: readonly Spec[];
}

export const NO_CHOICE: ColumnChoice = { order: [], on: [], off: [], widths: {} };

const MIN_PX = 40;
const MAX_PX = 800;

/** What the flexible column keeps when there is hardly any room. */
const SQUEEZED_PX = 80;

/** Columns in the chosen order, whether on or off. */
export function orderedColumns<Spec extends ColumnSpec>(specs: readonly Spec[], choice: ColumnChoice): readonly Spec[] {
  const at = new Map(choice.order.map((id, index) => [id, index]));
  // A column that the choice does not know yet stays behind the one it follows by default.
  const place = new Map<string, number>();
  let previous = -1;
  for (const spec of specs) {
    previous = at.get(spec.id) ?? previous + 1 / (specs.length + 1);
    place.set(spec.id, previous);
  }
  return [...specs].sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
}

/** True for a column that is to be shown where there is room. */
export function isOn(spec: ColumnSpec, choice: ColumnChoice): boolean {
  if (spec.unavailable !== undefined) return false;
  if (choice.off.includes(spec.id)) return spec.isFixed === true;
  return spec.offAtFirst !== true || choice.on.includes(spec.id);
}

/**
 * Places the columns in `roomPx`: drops what finds no room, then gives the rest to the flexible one. Where not even
 * the columns that never give way have room, they are squeezed: each to its least width, the flexible one to what is left.
 */
export function layOutColumns<Spec extends ColumnSpec>(
  specs: readonly Spec[],
  choice: ColumnChoice,
  roomPx: number,
): ColumnLayout<Spec> {
  let kept = orderedColumns(specs, choice).filter((spec) => isOn(spec, choice));
  const gaveWay: Spec[] = [];
  const needs = (spec: Spec): number => (spec.flexible ? minPx(spec) : chosenPx(spec, choice));
  let needed = kept.reduce((sum, spec) => sum + needs(spec), 0);
  while (needed > roomPx) {
    const next = kept.reduce<Spec | undefined>((a, b) => (b.priority > (a?.priority ?? 0) ? b : a), undefined);
    if (next === undefined) break;
    kept = kept.filter((spec) => spec !== next);
    gaveWay.push(next);
    needed -= needs(next);
  }
  const isTight = needed > roomPx;
  const width = (spec: Spec): number => (isTight ? minPx(spec) : needs(spec));
  const stiff = kept.reduce((sum, spec) => sum + (spec.flexible ? 0 : width(spec)), 0);
  const columns = kept.map((spec) => ({
    spec,
    widthPx: spec.flexible ? Math.max(roomPx - stiff, isTight ? SQUEEZED_PX : minPx(spec)) : width(spec),
  }));
  return { columns, gaveWay };
}

/** Moves a shown column by so many places among those that are shown. */
export function moveColumn<Spec extends ColumnSpec>(
  specs: readonly Spec[],
  choice: ColumnChoice,
  id: string,
  places: number,
): ColumnChoice {
  const order = orderedColumns(specs, choice);
  const shown = order.filter((spec) => isOn(spec, choice));
  const from = shown.findIndex((spec) => spec.id === id);
  const target = shown[Math.min(Math.max(from + places, 0), shown.length - 1)];
  if (from < 0 || target === undefined || target.id === id) return choice;
  const ids = order.map((spec) => spec.id).filter((other) => other !== id);
  ids.splice(ids.indexOf(target.id) + (places > 0 ? 1 : 0), 0, id);
  return { ...choice, order: ids };
}

/** Turns a column on or off. A column that always stays is not turned off. */
export function toggleColumn(spec: ColumnSpec, choice: ColumnChoice): ColumnChoice {
  const turnOff = isOn(spec, choice);
  if (spec.unavailable !== undefined || (turnOff && spec.isFixed)) return choice;
  const without = (ids: readonly string[]): readonly string[] => ids.filter((id) => id !== spec.id);
  const [on, off] = [without(choice.on), without(choice.off)];
  return turnOff ? { ...choice, on, off: [...off, spec.id] } : { ...choice, on: [...on, spec.id], off };
}

/** Sets a column's width, within what can still be read and grabbed. */
export function resizeColumn(spec: ColumnSpec, choice: ColumnChoice, widthPx: number): ColumnChoice {
  const width = Math.round(Math.min(Math.max(widthPx, minPx(spec)), MAX_PX));
  return { ...choice, widths: { ...choice.widths, [spec.id]: width } };
}

/** The width a column has been given, or its own. */
export function chosenPx(spec: ColumnSpec, choice: ColumnChoice): number {
  return Math.max(choice.widths[spec.id] ?? spec.widthPx, minPx(spec));
}

function minPx(spec: ColumnSpec): number {
  return spec.minPx ?? MIN_PX;
}
