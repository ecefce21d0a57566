import type { AuditEntry } from '../../../shared/model/job.ts';
import type { AuditLog } from '../ports/app-state.ts';
import type { Clock } from '../ports/clock.ts';
import type { ReportSink } from '../ports/report-sink.ts';

/** A clock that a test turns by hand. */
export function createHandClock(startAt = 1_700_000_000_000): Clock & { advance(ms: number): void } {
  let now = startAt;
  return {
    now: () => now,
    advance(ms) {
      now += ms;
    },
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
