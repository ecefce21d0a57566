import type { CacheErrorData } from '../../../shared/base/errors.ts';
import type { PrunePlan, PrunePolicy, PruneReport } from '../../../shared/model/plan.ts';

/**
 * Where a prune stands. A plan that was made stays in sight (`previous`) until the next one is there, but only
 * `planned` can be applied.
 */
export type PruneState =
  | { readonly phase: 'editing'; readonly previous?: PrunePlan }
  | {
      readonly phase: 'planning';
      readonly policy: PrunePolicy;
      /** Answers to older questions are not listened to. */
      readonly request: number;
      readonly previous?: PrunePlan;
    }
  | { readonly phase: 'planned'; readonly plan: PrunePlan; readonly request: number }
  | {
      readonly phase: 'applying';
      readonly plan: PrunePlan;
      readonly request: number;
      /** Absent until the engine has started it. */
      readonly jobId?: string;
    }
  | {
      readonly phase: 'done';
      readonly plan: PrunePlan;
      readonly request: number;
      readonly report: PruneReport;
      readonly isUndone: boolean;
    }
  | {
      readonly phase: 'failed';
      readonly during: 'planning' | 'applying';
      readonly error: CacheErrorData;
      readonly policy: PrunePolicy;
      readonly request: number;
      readonly previous?: PrunePlan;
    };

export type PruneEvent =
  /** The policy changed, or the store did. Absent: what is typed is no policy. */
  | { readonly type: 'policy'; readonly policy: PrunePolicy | undefined }
  | { readonly type: 'plan-made'; readonly request: number; readonly plan: PrunePlan }
  | { readonly type: 'plan-failed'; readonly request: number; readonly error: CacheErrorData }
  /** Plans the same policy again: after a failure, or where the store changed since. */
  | { readonly type: 'plan-again' }
  | { readonly type: 'apply' }
  | { readonly type: 'job-started'; readonly jobId: string }
  | { readonly type: 'applied'; readonly report: PruneReport }
  | { readonly type: 'apply-failed'; readonly error: CacheErrorData }
  /** The job was cancelled: everything is as before. */
  | { readonly type: 'apply-cancelled' }
  | { readonly type: 'undone' };

export const EDITING: PruneState = { phase: 'editing' };

/** The next state. An event that means nothing in a state leaves it as it is. */
export function pruneReducer(state: PruneState, event: PruneEvent): PruneState {
  switch (event.type) {
    case 'policy':
      // What is under way is finished first.
      if (state.phase === 'applying') return state;
      if (event.policy === undefined) return { phase: 'editing', ...previousOf(state) };
      return planning(state, event.policy);
    case 'plan-made':
      if (state.phase !== 'planning' || state.request !== event.request) return state;
      return { phase: 'planned', plan: event.plan, request: state.request };
    case 'plan-failed':
      if (state.phase !== 'planning' || state.request !== event.request) return state;
      return { ...state, phase: 'failed', during: 'planning', error: event.error };
    case 'plan-again':
      if (state.phase === 'failed') return planning(state, state.policy);
      return state.phase === 'done' || state.phase === 'planned' ? planning(state, state.plan.policy) : state;
    case 'apply':
      return state.phase === 'planned' && !isNothing(state.plan) ? { ...state, phase: 'applying' } : state;
    case 'job-started':
      return state.phase === 'applying' ? { ...state, jobId: event.jobId } : state;
    case 'applied':
      if (state.phase !== 'applying') return state;
      return { phase: 'done', plan: state.plan, request: state.request, report: event.report, isUndone: false };
    case 'apply-failed':
      if (state.phase !== 'applying') return state;
      return {
        phase: 'failed',
        during: 'applying',
        error: event.error,
        policy: state.plan.policy,
        request: state.request,
        previous: state.plan,
      };
    case 'apply-cancelled':
      return state.phase === 'applying' ? { phase: 'planned', plan: state.plan, request: state.request } : state;
    case 'undone':
      return state.phase === 'done' ? { ...state, isUndone: true } : state;
  }
}

/** The plan in sight: the one that can be applied, or the last one while the next is on its way. */
export function shownPlan(state: PruneState): PrunePlan | undefined {
  return 'plan' in state ? state.plan : state.previous;
}

/** True for a plan by which nothing goes. */
export function isNothing(plan: PrunePlan): boolean {
  return plan.goes.records === 0 && plan.goes.blobs === 0;
}

function planning(state: PruneState, policy: PrunePolicy): PruneState {
  const request = 'request' in state ? state.request + 1 : 1;
  return { phase: 'planning', policy, request, ...previousOf(state) };
}

/** What was applied is no plan any more: it is not shown beside the next question. */
function previousOf(state: PruneState): { readonly previous?: PrunePlan } {
  const plan = state.phase === 'done' ? undefined : shownPlan(state);
  return plan === undefined ? {} : { previous: plan };
}
