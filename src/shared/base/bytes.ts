import { CacheError } from './errors.ts';

const IEC = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** Three significant digits and an IEC unit: `1.62 MiB`, `803 KiB`, `0 B`. For exact bytes see `formatExactBytes`. */
export function formatBytes(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (Math.abs(value) >= 1024 && unit < IEC.length - 1) {
    value /= 1024;
    unit += 1;
  }
  // 1023.7 KiB would round up to "1024 KiB": the next unit reads better.
  if (unit > 0 && Math.abs(value) >= 999.5 && unit < IEC.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || Math.abs(value) >= 99.95 ? 0 : Math.abs(value) >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${IEC[unit] ?? 'B'}`;
}

/** `8 896 199 B`: groups of three with a no-break space, for hover and footers. */
export function formatExactBytes(bytes: number): string {
  return `${formatCount(bytes)} B`;
}

/** A count with groups of three, split by a narrow no-break space from 10,000 on. */
export function formatCount(count: number): string {
  const text = String(count);
  return text.length < 5 ? text : text.replace(/\B(?=(\d{3})+$)/g, ' ');
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1e3,
  kb: 1e3,
  m: 1e6,
  mb: 1e6,
  g: 1e9,
  gb: 1e9,
  t: 1e12,
  tb: 1e12,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
};

/**
 * Reads a size of our own options and filters: `10GB` is 10^10 bytes, `10GiB` is 10·2^30, a bare number is bytes.
 * @returns whole bytes, rounded
 * @throws `INVALID_INPUT` naming the text
 */
export function parseBytes(text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text);
  const factor = match ? UNITS[(match[2] ?? '').toLowerCase()] : undefined;
  const bytes = match && factor !== undefined ? Math.round(Number(match[1]) * factor) : Number.NaN;
  if (!Number.isSafeInteger(bytes)) {
    throw new CacheError('INVALID_INPUT', 'This is not a size.', {
      subject: text,
      hint: 'Write a number and a unit: 500MB, 20GiB.',
    });
  }
  return bytes;
}
