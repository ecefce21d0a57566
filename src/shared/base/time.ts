import { CacheError } from './errors.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * Reads a duration of our own options and filters: `90s`, `7d`, `1h30m`.
 * @returns milliseconds
 * @throws `INVALID_INPUT` naming the text
 */
export function parseDuration(text: string): number {
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)];
  const whole = parts.map((p) => p[0]).join('');
  if (parts.length === 0 || whole !== text.trim()) {
    throw new CacheError('INVALID_INPUT', 'This is not a duration.', {
      subject: text,
      hint: 'Write numbers and units: 90s, 36h, 7d.',
    });
  }
  return parts.reduce((sum, p) => sum + Number(p[1]) * (UNIT_MS[p[2] ?? ''] ?? 0), 0);
}

/** The two largest units of a span: `4 m 35 s`, `3 d 2 h`, `0.4 s`. */
export function formatDuration(ms: number): string {
  const s = Math.abs(ms) / 1000;
  if (s < 10) return `${s.toFixed(1)} s`;
  if (s < 60) return `${Math.round(s)} s`;
  const m = Math.floor(s / 60);
  if (m < 60) return `${m} m ${Math.floor(s % 60)} s`;
  const h = Math.floor(m / 60);
  if (h < 24) return `${h} h ${m % 60} m`;
  const d = Math.floor(h / 24);
  if (d < 60) return `${d} d ${h % 24} h`;
  return `${Math.floor(d / 30.44)} mo`;
}

/**
 * Epoch milliseconds (fraction cut) of an RFC 3339 text as Go writes it. `undefined` for no text, for Go's zero time
 * (`0001-01-01T00:00:00Z`, which means "unset") and for what is not a time.
 */
export function parseTime(text: string | undefined): number | undefined {
  if (text === undefined || text.startsWith('0001-01-01')) return undefined;
  // Date.parse takes any number of fraction digits in V8, but not everywhere: cut to milliseconds.
  const ms = Date.parse(text.replace(/(\.\d{3})\d+/, '$1'));
  return Number.isNaN(ms) ? undefined : ms;
}
