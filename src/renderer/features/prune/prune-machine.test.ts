import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PrunePlan, PruneReport } from '../../../shared/model/plan.ts';
import { EDITING, type PruneEvent, type PruneState, pruneReducer, shownPlan } from './prune-machine.ts';

function planOf(plan: string, records = 42): PrunePlan {
  return {
    plan,
    sourceId: 's',
    policy: { maxBytes: 15_000_000 },
    exact: false,
    createdAt: 0,
    goes: { records, results: 0, blobs: records, bytes: records * 10 },
    stays: { records: 37, blobs: 30, bytes: 100 },
    keepBytes: 100,
    freedBytes: records * 10,
    applied: false,
    kept: true,
  };
}

const policy = { maxBytes: 15_000_000 };
const report: PruneReport = { plan: 'p', removedRecords: 42, removedBlobs: 42, freedBytes: 420, skipped: [] };
const error = { code: 'STALE_PLAN', message: 'The store has changed since the plan.' } as const;

function run(...events: readonly PruneEvent[]): PruneState {
  return events.reduce(pruneReducer, EDITING);
}

describe('pruneReducer', () => {
  test('edits, plans, applies, and can be undone', () => {
    const planned = run({ type: 'policy', policy }, { type: 'plan-made', request: 1, plan: planOf('p') });
    expect(planned.phase).toBe('planned');
    const applying = [{ type: 'apply' }, { type: 'job-started', jobId: 'j' }] as const;
    expect(applying.reduce(pruneReducer, planned)).toMatchObject({ phase: 'applying', jobId: 'j' });
    const done = ([...applying, { type: 'applied', report }] as const).reduce(pruneReducer, planned);
    expect(done).toMatchObject({ phase: 'done', report, isUndone: false });
    expect(pruneReducer(done, { type: 'undone' })).toMatchObject({ phase: 'done', isUndone: true });
  });

  test('the previous plan stays until the new one is there, but cannot be applied', () => {
    const again = run(
      { type: 'policy', policy },
      { type: 'plan-made', request: 1, plan: planOf('first') },
      { type: 'policy', policy: { maxBytes: 1 } },
    );
    expect(again).toMatchObject({ phase: 'planning', request: 2 });
    expect(shownPlan(again)?.plan).toBe('first');
    expect(pruneReducer(again, { type: 'apply' })).toBe(again);
    expect(shownPlan(pruneReducer(again, { type: 'policy', policy: undefined }))?.plan).toBe('first');
  });

  test('an answer to an older question is not listened to', () => {
    const asked = run({ type: 'policy', policy }, { type: 'policy', policy: { all: true } });
    expect(pruneReducer(asked, { type: 'plan-made', request: 1, plan: planOf('old') })).toBe(asked);
    expect(pruneReducer(asked, { type: 'plan-failed', request: 1, error })).toBe(asked);
  });

  test('a plan by which nothing goes cannot be applied', () => {
    const planned = run({ type: 'policy', policy }, { type: 'plan-made', request: 1, plan: planOf('p', 0) });
    expect(pruneReducer(planned, { type: 'apply' })).toBe(planned);
  });

  test('a stale plan fails, keeps what it showed, and can be planned again', () => {
    const failed = run(
      { type: 'policy', policy },
      { type: 'plan-made', request: 1, plan: planOf('p') },
      { type: 'apply' },
      { type: 'apply-failed', error },
    );
    expect(failed).toMatchObject({ phase: 'failed', during: 'applying', error });
    expect(shownPlan(failed)?.plan).toBe('p');
    expect(pruneReducer(failed, { type: 'plan-again' })).toMatchObject({ phase: 'planning', request: 2, policy });
  });

  test('a cancelled apply leaves the plan as it was', () => {
    const cancelled = run(
      { type: 'policy', policy },
      { type: 'plan-made', request: 1, plan: planOf('p') },
      { type: 'apply' },
      { type: 'apply-cancelled' },
    );
    expect(cancelled).toMatchObject({ phase: 'planned', plan: { plan: 'p' } });
  });

  test('what was applied is not shown beside the next question', () => {
    const next = run(
      { type: 'policy', policy },
      { type: 'plan-made', request: 1, plan: planOf('p') },
      { type: 'apply' },
      { type: 'applied', report },
      { type: 'policy', policy: { all: true } },
    );
    expect(next).toMatchObject({ phase: 'planning', request: 2 });
    expect(shownPlan(next)).toBeUndefined();
  });

  test('whatever happens, an apply under way is not left by a change of the policy, and nothing is applied unplanned', () => {
    const event = fc.constantFrom<PruneEvent>(
      { type: 'policy', policy },
      { type: 'policy', policy: undefined },
      { type: 'plan-made', request: 1, plan: planOf('a') },
      { type: 'plan-made', request: 2, plan: planOf('b') },
      { type: 'plan-failed', request: 1, error },
      { type: 'plan-again' },
      { type: 'apply' },
      { type: 'job-started', jobId: 'j' },
      { type: 'applied', report },
      { type: 'apply-failed', error },
      { type: 'apply-cancelled' },
      { type: 'undone' },
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        let state: PruneState = EDITING;
        for (const one of events) {
          const next = pruneReducer(state, one);
          if (next.phase === 'applying' && state.phase !== 'applying') expect(state.phase).toBe('planned');
          if (next.phase === 'done' && state.phase !== 'done') expect(state.phase).toBe('applying');
          if (state.phase === 'applying' && one.type === 'policy') expect(next).toBe(state);
          state = next;
        }
      }),
    );
  });
});
