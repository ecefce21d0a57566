import type { PrunePolicy } from '../../../../shared/model/plan.ts';
import type { SourceSnapshot } from '../../ports/cache-source.ts';
import { runSteps } from '../../streams/steps.ts';
import { type PlanDraft, planPrune } from '../plan.ts';
import { planBase } from '../plan-base.ts';

/** Plans on a snapshot at once, without pauses. */
export function planOf(snapshot: SourceSnapshot, policy: PrunePolicy, nowMs: number): PlanDraft {
  return runSteps(planPrune(runSteps(planBase(snapshot)), policy, nowMs));
}
