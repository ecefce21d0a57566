import { formatBytes, formatCount } from '../../../shared/base/bytes.ts';
import type { PrunePlan, PruneReport } from '../../../shared/model/plan.ts';
import type { Source } from '../../../shared/model/source.ts';
import { countOf } from '../../base/quantity.tsx';

type Side = PrunePlan['stays'];

/** `42 records`, or `7 blobs` where no records are concerned. */
export function sideCount(side: Side): string {
  return side.records === 0 && side.blobs > 0 ? countOf(side.blobs, 'blob') : countOf(side.records, 'record');
}

/** What applying a plan means for the disk: nothing is freed before the trash is emptied. */
export function applySentence({ goes, stays, freedBytes }: PrunePlan): string {
  if (goes.records === 0 && goes.blobs === 0) return 'There is nothing to move.';
  const all = goes.records > 0 ? goes.records + stays.records : goes.blobs + stays.blobs;
  const gone = goes.records > 0 ? goes.records : goes.blobs;
  const word = goes.records > 0 ? 'record' : 'blob';
  return `${formatCount(gone)} of ${countOf(all, word)} to the trash; ${formatBytes(freedBytes)} are free once it is emptied.`;
}

/** What applying a plan leads to, and where it can be applied. */
export function planNote({ can }: Pick<Source, 'can'>, { exact, kept }: Pick<PrunePlan, 'exact' | 'kept'>): string {
  const equal = exact ? ' Equal to BuildKit’s own choice.' : '';
  if (can.prune !== 'here') {
    return `This source is read-only: the plan shows what a prune would do. In a managed store it can be applied and undone.${equal}`;
  }
  const lost = kept ? '' : ' The store is full or may not be written: the plan is known to this program alone.';
  return `Undo brings everything back until then. Each record is checked again before it moves.${equal}${lost}`;
}

/** `42 records, 8.48 MiB go. 37, 14.3 MiB stay.` */
export function planSentence(plan: PrunePlan): string {
  const { goes, stays } = plan;
  if (goes.records === 0 && goes.blobs === 0) {
    return `Nothing goes: all ${countOf(stays.records, 'record')}, ${formatBytes(plan.keepBytes)}, stay.`;
  }
  const verb = goes.records === 1 || (goes.records === 0 && goes.blobs === 1) ? 'goes' : 'go';
  const left = stays.records === 0 ? 'Nothing stays.' : `${sideCount(stays)}, ${formatBytes(plan.keepBytes)}, stay.`;
  return `${sideCount(goes)}, ${formatBytes(plan.freedBytes)}, ${verb}. ${left}`;
}

/** What an apply did, or what an undo took back. */
export function doneSentence(report: PruneReport, isUndone: boolean): string {
  const gone =
    report.removedRecords > 0 ? countOf(report.removedRecords, 'record') : countOf(report.removedBlobs, 'blob');
  return isUndone ? `${gone} brought back.` : `${gone}, ${formatBytes(report.freedBytes)}, moved to the trash.`;
}
