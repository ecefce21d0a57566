import { parseTime } from '../../../shared/base/time.ts';

/** A moment to the nanosecond: whole epoch milliseconds, and nanoseconds (0 … 999,999) beyond them. */
export interface Instant {
  readonly ms: number;
  readonly ns: number;
}

/** UTC as Go writes it, of years and days that need no calendar rules. */
const PLAIN_UTC =
  /^[1-9]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/;

/**
 * The moment of an RFC 3339 text; agrees with `parseTime` and keeps what that cuts off. `undefined` for no text, for
 * Go's zero time and for what is not a time. Plain UTC does not go through `Date.parse`: a cache has a million of them.
 */
export function parseInstant(text: string | undefined): Instant | undefined {
  if (text === undefined || text.startsWith('0001-01-01')) return undefined;
  const nanoseconds = fraction(text);
  if (!PLAIN_UTC.test(text)) {
    const ms = parseTime(text);
    return ms === undefined ? undefined : { ms, ns: nanoseconds % 1e6 };
  }
  const day = Date.UTC(digits(text, 0, 4), digits(text, 5, 7) - 1, digits(text, 8, 10));
  const seconds = (digits(text, 11, 13) * 60 + digits(text, 14, 16)) * 60 + digits(text, 17, 19);
  return { ms: day + seconds * 1000 + Math.floor(nanoseconds / 1e6), ns: nanoseconds % 1e6 };
}

function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i += 1) value = value * 10 + (text.charCodeAt(i) - 48);
  return value;
}

/** The fraction of a second in nanoseconds; digits beyond the ninth are cut. */
function fraction(text: string): number {
  if (text.charAt(19) !== '.') return 0;
  let value = 0;
  let scale = 1e8;
  for (let i = 20; i < text.length && scale >= 1; i += 1) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) break;
    value += digit * scale;
    scale /= 10;
  }
  return value;
}
