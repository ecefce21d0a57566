import type { AgeBin } from '../../../shared/model/overview.ts';

const SECOND = 1_000;
const DAY = 86_400_000;

/** A text for a point in time, as fine as the span around it needs. Always UTC. */
export function formatTick(atMs: number, spanMs: number): string {
  const text = new Date(atMs).toISOString();
  if (spanMs < SECOND) return text.slice(14, 22);
  if (spanMs < 10 * SECOND) return text.slice(14, 21);
  if (spanMs < 120 * SECOND) return text.slice(11, 19);
  if (spanMs < 2 * DAY) return text.slice(11, 16);
  const [year, month, day] = [text.slice(0, 4), MONTHS[Number(text.slice(5, 7)) - 1] ?? '', Number(text.slice(8, 10))];
  return spanMs < 300 * DAY ? `${day} ${month}` : `${month} ${year}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A day in words where the ticks only say the hour: `20 Nov 2026`. */
export function formatDay(atMs: number): string {
  const text = new Date(atMs).toISOString();
  return `${Number(text.slice(8, 10))} ${MONTHS[Number(text.slice(5, 7)) - 1] ?? ''} ${text.slice(0, 4)}`;
}

/** Bytes made without a pause worth the name: one build, most of the time. */
export interface Burst {
  readonly fromMs: number;
  readonly toMs: number;
  readonly records: number;
  readonly bytes: number;
}

/** A pause shorter than this is within a build. */
const PAUSE_MS = 5 * SECOND;

/** The bursts of building in a histogram, in order of time. */
export function findBursts(bins: readonly AgeBin[]): readonly Burst[] {
  const bursts: Burst[] = [];
  for (const bin of bins) {
    if (bin.records === 0) continue;
    const before = bursts.at(-1);
    const last = before && bin.fromMs - before.toMs < PAUSE_MS ? bursts.pop() : undefined;
    bursts.push({
      fromMs: last?.fromMs ?? bin.fromMs,
      toMs: bin.toMs,
      records: (last?.records ?? 0) + bin.records,
      bytes: (last?.bytes ?? 0) + bin.bytes,
    });
  }
  return bursts;
}
