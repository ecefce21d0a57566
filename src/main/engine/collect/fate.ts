import type { StayReason } from '../../../shared/model/collect.ts';

/** What a plan says of a blob. */
export type PlannedFate = 'goes' | 'needed' | 'young';

/**
 * Decides over a blob that is listed. One without a time counts as new.
 * @param modifiedAt epoch ms
 * @param now epoch ms by the same clock
 */
export function plannedFate(isNeeded: boolean, modifiedAt: number, now: number, olderThanMs: number): PlannedFate {
  if (isNeeded) return 'needed';
  return isOld(modifiedAt, now, olderThanMs) ? 'goes' : 'young';
}

/** How a planned blob looks right before it would go. */
export interface SecondLook {
  /** Whether a manifest needs it that came or changed since the plan. */
  readonly isNeeded: boolean;
  /** Undefined where it is not there any more. */
  readonly modifiedAt: number | undefined;
}

/**
 * Decides over a blob of a plan right before it would go: one that was written or renewed since the plan stays, whatever
 * its age. Times are compared in whole seconds: not every answer of a server has more.
 */
export function fateNow(
  planned: { readonly modifiedAt: number; readonly olderThanMs: number },
  { isNeeded, modifiedAt }: SecondLook,
  now: number,
): 'goes' | Extract<StayReason, 'needed' | 'renewed' | 'gone'> {
  if (isNeeded) return 'needed';
  if (modifiedAt === undefined) return 'gone';
  const isSame = Math.floor(modifiedAt / 1000) === Math.floor(planned.modifiedAt / 1000);
  return isSame && isOld(modifiedAt, now, planned.olderThanMs) ? 'goes' : 'renewed';
}

function isOld(modifiedAt: number, now: number, olderThanMs: number): boolean {
  return modifiedAt > 0 && now - modifiedAt >= olderThanMs;
}
