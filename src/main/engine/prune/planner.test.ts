import { describe, expect, test } from 'vitest';
import { CacheError } from '../../../shared/base/errors.ts';
import { smallSource } from '../catalog/testing/small-source.ts';
import type { StoreView } from '../ports/managed-store.ts';
import { createHandClock } from '../testing/stand-ins.ts';
import { createPlanner, type PlanRequest } from './planner.ts';

const SOURCE = {
  caches: [
    {
      config: {
        layers: [{ blob: 'base' }],
        records: [{ digest: 'base', layers: [{ layer: 0, createdAt: '2026-01-01T00:00:00Z' }] }],
      },
    },
  ],
  sizes: { base: 10 },
};

interface Asked {
  reads: number;
  listings: number;
  put: string[];
}

/** A source that counts how often it is read and listed. Its states are asked for in turn, and the last one for ever. */
function requestOf(
  states: string[] = ['v1'],
  look?: () => string | undefined,
): PlanRequest & { readonly asked: Asked } {
  const asked: Asked = { reads: 0, listings: 0, put: [] };
  const state = () => (states.length > 1 ? states.shift() : states[0]) ?? '';
  return {
    sourceId: 's',
    policy: { maxBytes: 5 },
    store: undefined,
    keep: true,
    asked,
    space: async () => undefined,
    source: {
      async fingerprint() {
        asked.listings += 1;
        return state();
      },
      ...(look ? { look: async () => look() } : {}),
    },
    async read() {
      asked.reads += 1;
      return { ...(await smallSource(SOURCE)), fingerprint: state(), ...(look ? { wholeBytes: 10 } : {}) };
    },
  };
}

/** A store whose index has the version that the source's next state says. */
function inStore(request: ReturnType<typeof requestOf>, fault?: CacheError): ReturnType<typeof requestOf> {
  const { source, asked } = request;
  const store = {
    location: '/store',
    readIndex: async () => ({ version: await source.fingerprint() }),
    plans: {
      async put(plan: string) {
        if (fault) throw fault;
        asked.put.push(plan);
      },
      get: async () => undefined,
    },
  };
  return { ...request, store: store as unknown as StoreView };
}

describe('a planner', () => {
  test('reads once for one state, anew for another, and always for orphans', async () => {
    const planner = createPlanner(createHandClock());
    const request = requestOf();
    const first = await planner.make(request);
    expect(await planner.make({ ...request, policy: { maxBytes: 50 } })).toMatchObject({ version: 'v1' });
    expect(request.asked.reads).toBe(1);
    expect([first.plan.plan, first.plan.freedBytes]).toEqual([expect.stringMatching(/^p-5b-[0-9a-f]{6}$/), 10]);
    const orphans = { ...requestOf(), policy: { orphans: { olderThanMs: 0 } } };
    await planner.make(orphans);
    const other = { ...requestOf(['v2']) };
    await planner.make(other);
    const elsewhere = { ...requestOf(['v2']), sourceId: 't' };
    await planner.make(elsewhere);
    expect([orphans, other, elsewhere].map(({ asked }) => asked.reads)).toEqual([1, 1, 1]);
  });

  test('lists no blobs while the look of a source stays the same, and lists them again when it changes', async () => {
    const planner = createPlanner(createHandClock());
    let look: string | undefined = 'a';
    const request = requestOf(['v1'], () => look);
    for (const maxBytes of [5, 6, 7]) await planner.make({ ...request, policy: { maxBytes } });
    expect(request.asked).toMatchObject({ reads: 1, listings: 0 });
    // Another look, and the same blobs after all: it stands for them from now on.
    look = 'b';
    for (const maxBytes of [8, 9]) await planner.make({ ...request, policy: { maxBytes } });
    expect(request.asked).toMatchObject({ reads: 1, listings: 1 });
    look = undefined;
    await planner.make(request);
    expect(request.asked).toMatchObject({ reads: 1, listings: 2 });
  });

  test('believes no look of a source in which something was not whole', async () => {
    const planner = createPlanner(createHandClock());
    const request = requestOf(['v1'], () => 'a');
    const read = async () => {
      const { wholeBytes: _, ...snapshot } = await request.read();
      return snapshot;
    };
    for (const maxBytes of [5, 6]) await planner.make({ ...request, read, policy: { maxBytes } });
    expect(request.asked.listings).toBe(1);
  });

  test('reads again what changes meanwhile, and gives up on what keeps changing', async () => {
    const planner = createPlanner(createHandClock());
    // The index before a reading, what is read, and the index after it.
    const once = inStore(requestOf(['v1', 'v1', 'v2', 'v2']));
    expect((await planner.make(once)).version).toBe('v2');
    expect(once.asked.reads).toBe(2);
    const never = inStore(requestOf(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']));
    await expect(planner.make({ ...never, sourceId: 't' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('writes to the store only plans that are to be kept, once each', async () => {
    const planner = createPlanner(createHandClock());
    const request = inStore(requestOf());
    const kept = await planner.make(request);
    expect([kept.plan.kept, request.asked.put]).toEqual([true, [kept.plan.plan]]);
    const preview = await planner.make({ ...request, keep: false });
    expect([preview.plan.kept, request.asked.put]).toEqual([false, [kept.plan.plan]]);
    // Applied after all.
    const { store } = request;
    if (!store) throw new Error('there is no store');
    await planner.keep(preview, store);
    const known = await planner.get(preview.plan.plan, 's', store);
    expect([known.plan.kept, request.asked.put]).toEqual([true, [kept.plan.plan, preview.plan.plan]]);
    await planner.keep(known, store);
    expect(request.asked.put).toHaveLength(2);
  });

  test.each([
    [{ all: true }, 'all'],
    [{ maxBytes: 15 * 1024 * 1024, keepDurationMs: 1000 }, '15mib'],
    [{ keepDurationMs: 7 * 86_400_000 }, '7d'],
    [{ orphans: { olderThanMs: 0 } }, 'orphans'],
  ] as const)('names a plan of %o by %s', async (policy, label) => {
    const { plan } = await createPlanner(createHandClock()).make({ ...requestOf(), policy });
    expect(plan.plan.replace(/-[0-9a-f]{6}$/, '')).toBe(`p-${label}`);
  });

  test('does not hide a fault of the store that is no want of room or of permission', async () => {
    const request = inStore(requestOf(), new CacheError('UNAVAILABLE', 'The disk is gone.'));
    await expect(createPlanner(createHandClock()).make(request)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test.each(['NO_SPACE', 'ACCESS_DENIED'] as const)('goes without the store where a plan is %s', async (code) => {
    const planner = createPlanner(createHandClock());
    const request = inStore(requestOf(), new CacheError(code, 'It cannot be written.'));
    const kept = await planner.make(request);
    expect(kept.plan.kept).toBe(false);
    if (request.store) await planner.keep(kept, request.store);
    expect((await planner.get(kept.plan.plan, 's', request.store)).plan.kept).toBe(false);
  });

  test('keeps a plan for its source and for a day', async () => {
    const clock = createHandClock();
    const planner = createPlanner(clock);
    const { plan } = await planner.make(requestOf());
    expect((await planner.get(plan.plan, 's', undefined)).plan).toEqual(plan);
    await expect(planner.get(plan.plan, 'other', undefined)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    clock.advance(24 * 3_600_000 + 1);
    await expect(planner.get(plan.plan, 's', undefined)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
