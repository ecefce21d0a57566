import { parseInstant } from './instant.ts';

/** Orders RFC 3339 texts by instant, to the nanosecond. Texts that are no time come first, and so does Go's zero time. */
export function compareTimes(a: string, b: string): number {
  const [x, y] = [parseInstant(a), parseInstant(b)];
  if (!x || !y) return Number(x !== undefined) - Number(y !== undefined);
  return x.ms - y.ms || x.ns - y.ns;
}
