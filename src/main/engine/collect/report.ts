import type { CollectReport, StayReason } from '../../../shared/model/collect.ts';
import { DigestTable } from './digest-table.ts';

/** Blobs of a report that are named. */
const EXAMPLES = 100;

/** A report as it is made. */
export interface ReportDraft {
  readonly removed: DigestTable;
  goes(digest: string, bytes: number): void;
  stays(digest: string, reason: StayReason, message?: string): void;
  finish(rest: Pick<CollectReport, 'changedManifests' | 'lost' | 'canUndo' | 'stopped'>): CollectReport;
}

/** A report of a plan by which nothing has gone yet. */
export function createReport(plan: string): ReportDraft {
  const removed = new DigestTable();
  const stayed: Record<StayReason, number> = { needed: 0, renewed: 0, gone: 0, refused: 0, 'not-tried': 0 };
  const examples: CollectReport['examples'] = [];
  let freedBytes = 0;
  return {
    removed,
    goes(digest, bytes) {
      removed.add(digest);
      freedBytes += bytes;
    },
    stays(digest, reason, message) {
      stayed[reason] += 1;
      if (examples.length < EXAMPLES) examples.push({ digest, reason, ...(message === undefined ? {} : { message }) });
    },
    finish: (rest) => ({ plan, removedBlobs: removed.size, freedBytes, stayed, examples, ...rest }),
  };
}
