import { formatBytes } from '../../../../shared/base/bytes.ts';
import { formatDuration } from '../../../../shared/base/time.ts';
import type { CollectPlan, CollectReport, StayReason } from '../../../../shared/model/collect.ts';
import { countOf } from '../../../base/quantity.tsx';

/** What stayed after all, behind its count. */
const STAYED: Readonly<Record<StayReason, string>> = {
  needed: 'needed by a manifest that came or changed',
  renewed: 'written or renewed since the plan',
  gone: 'deleted by somebody else',
  refused: 'refused by the server',
  'not-tried': 'not tried',
};

/** `12 blobs, 3 MiB, go. 40 that manifests need stay, and 2 that are younger than 2 d 0 h.` */
export function planSentence({ goes, stays, olderThanMs }: CollectPlan): string {
  const { needed, young } = stays;
  const rest = young.blobs > 0 ? `, and ${young.blobs} younger than ${formatDuration(olderThanMs)}` : '';
  const kept = `${countOf(needed.blobs, 'blob')} that manifests need stay${rest}.`;
  if (goes.blobs === 0) return `Nothing goes. ${kept}`;
  return `${countOf(goes.blobs, 'blob')}, ${formatBytes(goes.bytes)}, ${goes.blobs === 1 ? 'goes' : 'go'}. ${kept}`;
}

/** Whether what goes can come back. */
export function undoSentence(undo: CollectPlan['undo']): string {
  if (undo === 'versions') return 'The bucket keeps versions: this can be undone from this machine.';
  if (undo === 'none') return 'The bucket keeps no versions: this cannot be undone.';
  return 'The account may not ask whether the bucket keeps versions: take it that this cannot be undone.';
}

/** `12 blobs, 3 MiB, deleted.` */
export function doneSentence({ removedBlobs, freedBytes }: CollectReport, isUndone: boolean): string {
  const blobs = countOf(removedBlobs, 'blob');
  return isUndone ? `${blobs} brought back.` : `${blobs}, ${formatBytes(freedBytes)}, deleted.`;
}

/** What stayed and why, each with its count; what an export must repair; why it ended early. */
export function reportLines({ stayed, lost, stopped }: CollectReport): string[] {
  return [
    ...(stopped ? [`It ended before all was tried: ${stopped.message}`] : []),
    ...Object.entries(stayed)
      .filter(([, count]) => count > 0)
      .map(([reason, count]) => `${countOf(count, 'blob')} stayed: ${STAYED[reason as StayReason]}.`),
    ...lost.map(({ manifest, blobs, areBack }) =>
      areBack
        ? `${manifest} began to need ${countOf(blobs, 'blob')} that had just gone: back again.`
        : `${manifest} began to need ${countOf(blobs, 'blob')} that had just gone: export it again.`,
    ),
  ];
}
