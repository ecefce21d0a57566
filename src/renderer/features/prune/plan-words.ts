import { formatBytes } from '../../../shared/base/bytes.ts';
import type { PrunePlan } from '../../../shared/model/plan.ts';
import { countOf } from '../../base/quantity.tsx';

type Side = PrunePlan['goes'];

/** `42 records`, or `7 blobs` where no records are concerned. */
export function sideCount(side: Side): string {
  return side.records === 0 && side.blobs > 0 ? countOf(side.blobs, 'blob') : countOf(side.records, 'record');
}

/** How much of what there is in all. */
export function itemsOf(goes: Side, stays: Side): string {
  return countOf(goes.records + stays.records, 'record');
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
