import { isDigest } from '../../../shared/oci/digest.ts';

/** A digest that may become part of a path. SHA-256 ones never come here: the scanner knows them by itself. */
export function isDigestText(bytes: Uint8Array): boolean {
  return bytes.length <= 200 && isDigest(new TextDecoder().decode(bytes));
}

const KEY = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/;

/**
 * A record's digest. It is a key and never a path, so any algorithm will do that the OCI grammar allows: `random:…`, which
 * BuildKit makes and should not export, stays what it is. A known algorithm must have all its digits.
 */
export function isKeyText(bytes: Uint8Array): boolean {
  if (bytes.length > 1024) return false;
  const text = new TextDecoder().decode(bytes);
  return /^sha(256|384|512):/.test(text) ? isDigest(text) : KEY.test(text);
}

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** RFC 3339 as Go's decoder takes it: `2024-01-02T03:04:05[.fraction](Z|±hh:mm)`. */
export function isTimeText(b: Uint8Array): boolean {
  const two = (at: number): number => {
    const high = (b[at] ?? 0) - 0x30;
    const low = (b[at + 1] ?? 0) - 0x30;
    return high < 0 || high > 9 || low < 0 || low > 9 ? Number.NaN : high * 10 + low;
  };
  const year = two(0) * 100 + two(2);
  const month = two(5);
  const day = two(8);
  if (!(year >= 0 && month >= 1 && day >= 1 && day <= (DAYS[month - 1] ?? 0))) return false;
  if (month === 2 && day === 29 && (year % 4 !== 0 || (year % 100 === 0 && year % 400 !== 0))) return false;
  if (!(two(11) <= 23 && two(14) <= 59 && two(17) <= 59)) return false;
  if (b[4] !== 0x2d || b[7] !== 0x2d || b[10] !== 0x54 || b[13] !== 0x3a || b[16] !== 0x3a) return false;
  let at = 19;
  if (b[at] === 0x2e) {
    at++;
    const from = at;
    while ((b[at] ?? 0) >= 0x30 && (b[at] ?? 0) <= 0x39) at++;
    if (at === from) return false;
  }
  if (b[at] === 0x5a) return b.length === at + 1;
  if (b[at] !== 0x2b && b[at] !== 0x2d) return false;
  return two(at + 1) <= 23 && b[at + 3] === 0x3a && two(at + 4) <= 59 && b.length === at + 6;
}
