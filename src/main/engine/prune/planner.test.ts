import { describe, expect, test } from 'vitest';
import { smallSource } from '../catalog/testing/small-source.ts';
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

/** A source that counts how often it is read, and says which version it is. */
function requestOf(versions: string[] = ['v1']): PlanRequest & { reads: number } {
  return {
    sourceId: 's',
    policy: { maxBytes: 5 },
    store: undefined,
    reads: 0,
    space: async () => undefined,
    version: async () => (versions.length > 1 ? versions.shift() : versions[0]) ?? '',
    async read() {
      this.reads += 1;
      return smallSource(SOURCE);
    },
  };
}

describe('a planner', () => {
  test('reads once for one state, anew for another, and always for orphans', async () => {
    const planner = createPlanner(createHandClock());
    const request = requestOf();
    const first = await planner.make(request);
    expect(await planner.make({ ...request, policy: { maxBytes: 50 } })).toMatchObject({ version: 'v1' });
    expect(request.reads).toBe(1);
    expect([first.plan.plan, first.plan.freedBytes]).toEqual([expect.stringMatching(/^p-5b-[0-9a-f]{6}$/), 10]);
    const orphans = { ...requestOf(), policy: { orphans: { olderThanMs: 0 } } };
    await planner.make(orphans);
    const other = { ...requestOf(['v2']) };
    await planner.make(other);
    const elsewhere = { ...requestOf(['v2']), sourceId: 't' };
    await planner.make(elsewhere);
    expect([orphans.reads, other.reads, elsewhere.reads]).toEqual([1, 1, 1]);
  });

  test('reads again what changes meanwhile, and gives up on what keeps changing', async () => {
    const planner = createPlanner(createHandClock());
    // Asked before anything, then before and after each reading.
    const once = requestOf(['v0', 'v1', 'v2', 'v2']);
    expect((await planner.make(once)).version).toBe('v2');
    expect(once.reads).toBe(2);
    const never = requestOf(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']);
    await expect(planner.make(never)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
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
