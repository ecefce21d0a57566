import { CacheError } from '../../../shared/base/errors.ts';
import type { CollectPlan } from '../../../shared/model/collect.ts';
import type { CollectNotes } from '../ports/collect-notes.ts';
import { type KeptPlan, parsePlan, printPlan } from './kept-plan.ts';
import { type PlanRequest, planCollect } from './plan.ts';

/** Plans at hand; each may have a million lines. */
const AT_HAND = 3;

/** Makes plans for caches in buckets, and keeps them on this machine. */
export interface Planner {
  /** @throws as `planCollect` */
  make(request: PlanRequest): Promise<CollectPlan>;
  /** @param now epoch ms. @throws `NOT_FOUND` for a plan that is not kept or not of this location, `CORRUPT` */
  get(location: string, plan: string, now: number): KeptPlan;
}

/** A planner with nothing at hand. */
export function createPlanner(notes: CollectNotes): Planner {
  const atHand = new Map<string, { readonly text: string; readonly kept: KeptPlan }>();
  const remember = (text: string, kept: KeptPlan): KeptPlan => {
    atHand.delete(kept.plan.plan);
    atHand.set(kept.plan.plan, { text, kept });
    for (const plan of [...atHand.keys()].slice(0, -AT_HAND)) atHand.delete(plan);
    return kept;
  };
  return {
    async make(request) {
      const kept = await planCollect(request);
      const text = printPlan(kept);
      notes.putPlan(request.bucket.location, kept.plan.plan, request.now, text);
      return remember(text, kept).plan;
    },
    get(location, plan, now) {
      const text = notes.getPlan(location, plan, now);
      if (text === undefined) throw unknownPlan(plan);
      const known = atHand.get(plan);
      return known?.text === text ? known.kept : remember(text, parsePlan(text, plan));
    },
  };
}

function unknownPlan(plan: string): CacheError {
  return new CacheError('NOT_FOUND', 'There is no such plan for this source.', {
    subject: plan,
    hint: 'A plan is kept on the machine that made it, for 24 hours. Make a new one.',
  });
}
