import type { ColumnSpec } from './column-layout.ts';

/**
 * What someone changed about the columns of one table. Ids that no longer exist are ignored: the columns of a table
 * differ between sources and versions.
 */
export interface ColumnState {
  readonly order: readonly string[];
  /** Only what was turned on or off. */
  readonly visibility: Readonly<Record<string, boolean>>;
  /** Widths in CSS pixels, only those that were set. */
  readonly sizing: Readonly<Record<string, number>>;
  /** Ids held at each edge, in their order there. */
  readonly pinning: { readonly start: readonly string[]; readonly end: readonly string[] };
}

export const NO_CHANGES: ColumnState = { order: [], visibility: {}, sizing: {}, pinning: { start: [], end: [] } };

/** Returns the ids of all columns in the chosen order. One that the order does not know stays behind the one it follows by default. */
export function orderedIds(specs: readonly ColumnSpec[], order: readonly string[]): string[] {
  const at = new Map(order.map((id, index) => [id, index]));
  const place = new Map<string, number>();
  let previous = -1;
  for (const spec of specs) {
    previous = at.get(spec.id) ?? previous + 1 / (specs.length + 1);
    place.set(spec.id, previous);
  }
  return specs.map((spec) => spec.id).sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0));
}

/** Returns for each column whether it is on: what was chosen, but a column that must stay is on and one that cannot be filled is off. */
export function visibilityOf(
  specs: readonly ColumnSpec[],
  chosen: Readonly<Record<string, boolean>>,
): Record<string, boolean> {
  return Object.fromEntries(specs.map((spec) => [spec.id, isOn(spec, chosen[spec.id])]));
}

function isOn(spec: ColumnSpec, chosen: boolean | undefined): boolean {
  if (spec.unavailable !== undefined) return false;
  return spec.isFixed === true || (chosen ?? spec.offAtFirst !== true);
}
