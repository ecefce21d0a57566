import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { inspect } from 'node:util';
import type { ReportSink } from '../engine/ports/report-sink.ts';

/** A log beyond this starts anew; the one before is kept as `PATH.1`. */
const MAX_BYTES = 1024 * 1024;

/** Appends what nobody foresaw to a file, with the number that the person was shown. Never fails: it is the last resort. */
export function createErrorLog(path: string): ReportSink {
  return {
    internalError(id, error) {
      try {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MAX_BYTES) renameSync(path, `${path}.1`);
        appendFileSync(path, `${new Date().toISOString()} ${id} ${inspect(error, { depth: 4 })}\n`, { mode: 0o600 });
      } catch {
        // A full disk must not turn one failure into two.
      }
    },
  };
}
