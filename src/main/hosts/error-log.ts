import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { inspect } from 'node:util';
import type { ReportSink } from '../engine/ports/report-sink.ts';

/** A log beyond this starts anew; the one before is kept as `PATH.1`. */
const MAX_BYTES = 1024 * 1024;

/** A file of what nobody foresaw. Writing to it never fails: it is the last resort. */
export interface ErrorLog extends ReportSink {
  /** Appends what happened, as text. */
  note(text: string): void;
}

/** Appends to a file with the time, and internal errors with the number that the person was shown. */
export function createErrorLog(path: string): ErrorLog {
  const note = (text: string): void => {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MAX_BYTES) renameSync(path, `${path}.1`);
      appendFileSync(path, `${new Date().toISOString()} ${text}\n`, { mode: 0o600 });
    } catch {
      // A full disk must not turn one failure into two.
    }
  };
  return { note, internalError: (id, error) => note(`${id} ${inspect(error, { depth: 4 })}`) };
}
