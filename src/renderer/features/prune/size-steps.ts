const UNITS = [
  ['TB', 1e12],
  ['GB', 1e9],
  ['MB', 1e6],
  ['kB', 1e3],
] as const;

/** A size as one would type it: three digits and a decimal unit, `14.9MB`. What the handle of the limit writes. */
export function typedSize(bytes: number): string {
  if (bytes <= 0) return '0';
  for (const [unit, size] of UNITS) {
    if (bytes >= size) return `${Number((bytes / size).toPrecision(3))}${unit}`;
  }
  return `${Math.round(bytes)}B`;
}
