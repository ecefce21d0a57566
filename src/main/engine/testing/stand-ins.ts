import type { AuditEntry } from '../../../shared/model/job.ts';
import type { AuditLog } from '../ports/app-state.ts';
import type { Clock } from '../ports/clock.ts';
import type { ReportSink } from '../ports/report-sink.ts';

/** A clock that a test turns by hand: its waits end as it is turned past them. */
export interface HandClock extends Clock {
  advance(ms: number): void;
  /** Milliseconds left of each wait under way. */
  waits(): readonly number[];
}

/** A clock that a test turns by hand. */
export function createHandClock(startAt = 1_700_000_000_000): HandClock {
  let now = startAt;
  const waiting = new Set<{ readonly until: number; readonly end: () => void }>();
  return {
    now: () => now,
    wait: (ms, signal) =>
      new Promise((resolve) => {
        const wait = {
          until: now + ms,
          end: () => {
            waiting.delete(wait);
            resolve();
          },
        };
        if (signal?.aborted) return resolve();
        waiting.add(wait);
        signal?.addEventListener('abort', wait.end, { once: true });
      }),
    advance(ms) {
      now += ms;
      for (const wait of [...waiting]) if (wait.until <= now) wait.end();
    },
    waits: () => [...waiting].map((wait) => wait.until - now),
  };
}

/** Keeps what was reported, so that a test can ask for it. */
export function createMemoryReports(): ReportSink & { readonly reports: { id: string; error: unknown }[] } {
  const reports: { id: string; error: unknown }[] = [];
  return { reports, internalError: (id, error) => reports.push({ id, error }) };
}

/** An audit log that lasts as long as the test. */
export function createMemoryAudit(): AuditLog {
  const entries: AuditEntry[] = [];
  return {
    append: (entry) => {
      entries.unshift(entry);
    },
    list: (limit) => entries.slice(0, limit),
  };
}
