import { useSyncExternalStore } from 'react';
import { formatDuration, parseTime } from '../../shared/base/time.ts';
import { classNames } from './class-names.ts';
import { focusable } from './quantity.tsx';

/** One clock for all relative times of the window; it ticks only while somebody looks. */
const TICK_MS = 10_000;
let nowMs = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) nowMs = Date.now();
  timer ??= setInterval(() => {
    nowMs = Date.now();
    for (const tell of listeners) tell();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Epoch ms, renewed every ten seconds. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => nowMs);
}

/** `4 m 35 s ago`, `in 3 m 0 s`. Within ten seconds, as fine as the clock ticks: `now`. */
export function relativeTime(atMs: number, fromMs: number): string {
  const ago = fromMs - atMs;
  if (Math.abs(ago) < TICK_MS) return 'now';
  return ago > 0 ? `${formatDuration(ago)} ago` : `in ${formatDuration(ago)}`;
}

/**
 * A time as it was, relative to now; the source's own text (ISO 8601, nanoseconds kept) on hover and focus.
 * Absent or "unset" times read as a dash.
 */
export function Time({
  at,
  className,
  isFocusable = false,
  isBare = false,
}: {
  /** RFC 3339 text, or epoch ms. */
  readonly at: string | number | undefined;
  readonly className?: string | undefined;
  readonly isFocusable?: boolean;
  /** `true`: without "ago", in a column whose heading says it. */
  readonly isBare?: boolean;
}) {
  const now = useNow();
  const atMs = typeof at === 'number' ? at : parseTime(at);
  if (atMs === undefined) return <span className={classNames('t3', className)}>–</span>;
  const exact = typeof at === 'string' ? at : new Date(atMs).toISOString();
  return (
    <time
      dateTime={new Date(atMs).toISOString()}
      className={classNames('num', className)}
      data-tip={exact}
      {...focusable(isFocusable)}
    >
      {isBare ? relativeTime(atMs, now).replace(/ ago$/, '') : relativeTime(atMs, now)}
    </time>
  );
}
