import { formatBytes } from '../../../shared/base/bytes.ts';
import type { Sync, SyncReport } from '../../../shared/model/sync.ts';
import { countOf } from '../../base/quantity.tsx';

/** Adds up what all syncs did in this session. */
export function totalOf(syncs: readonly Sync[]): SyncReport {
  const sum = (of: (report: SyncReport) => number) => syncs.reduce((all, { total }) => all + of(total), 0);
  return {
    asked: sum(({ asked }) => asked),
    pushed: sum(({ pushed }) => pushed),
    skipped: sum(({ skipped }) => skipped),
    noBlob: sum(({ noBlob }) => noBlob),
    bytesPushed: sum(({ bytesPushed }) => bytesPushed),
    bytesSaved: sum(({ bytesSaved }) => bytesSaved),
    // The same records, for each of them.
    importedRecords: Math.max(0, ...syncs.map(({ total }) => total.importedRecords)),
    leftOut: sum(({ leftOut }) => leftOut),
    warnings: [],
  };
}

/** True while a sync is at work or waits for its next round. */
export function isAlive({ state }: Sync): boolean {
  return state === 'connecting' || state === 'running' || state === 'closing';
}

/** How it goes, in a sentence. */
export function headline(syncs: readonly Sync[]): string {
  const alive = syncs.filter(isAlive).length;
  const { bytesSaved } = totalOf(syncs);
  const saved = bytesSaved > 0 ? ` It saved ${formatBytes(bytesSaved)} of copies.` : '';
  if (alive === 0) return `No source is kept in step now.${saved}`;
  return `${countOf(alive, 'source')} ${alive === 1 ? 'is' : 'are'} kept in step.${saved}`;
}

/** The error that keeps a sync from going on, and which round it is of. */
export function openErrors(sync: Sync) {
  const { error } = sync;
  if (sync.state === 'failed' && error) return [{ what: 'sync' as const, error, failures: 1, nextAt: undefined }];
  return (['export', 'import'] as const).flatMap((what) => {
    const { error: found, failures, nextAt } = sync[what];
    return found && failures > 0 ? [{ what, error: found, failures, nextAt }] : [];
  });
}
