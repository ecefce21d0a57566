/** A unit and how many of the base unit it is. */
export type Unit = readonly [name: string, factor: number];

/**
 * Returns a whole number as text that loses nothing: in the first of these units that divides it, else in the base unit.
 * @param gap what stands between number and unit
 */
export function inExactUnit(value: number, units: readonly Unit[], base: string, gap = ''): string {
  const unit = value === 0 ? undefined : units.find(([, factor]) => value % factor === 0);
  return unit ? `${value / unit[1]}${gap}${unit[0]}` : `${value}${gap}${base}`;
}
