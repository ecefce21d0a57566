import { expect, test } from 'vitest';
import type { ManagedStore, Removal, StoreSession } from '../ports/managed-store.ts';
import { createHandClock } from '../testing/stand-ins.ts';
import { applyPlan } from './apply.ts';
import { createPlanner } from './planner.ts';
import { memoryStore } from './testing/memory-store.ts';

/** A store with one blob that nothing leads to, and a plan that takes it. */
async function planned() {
  const { store, source, sizes } = memoryStore({ caches: [], images: [], sizes: new Map([['alone', 7]]) });
  const plan = await createPlanner(createHandClock(0)).make({
    sourceId: 's',
    policy: { orphans: { olderThanMs: 0 } },
    store: undefined,
    keep: true,
    source,
    read: () => source.read(),
    space: async () => undefined,
  });
  return { store, source, plan, sizes };
}

test('a plan is applied as it was made', async () => {
  const { store, source, plan, sizes } = await planned();
  const report = await applyPlan({ store, source, plan, now: 0 });
  expect(report).toEqual({
    plan: plan.plan.plan,
    removedRecords: 0,
    removedBlobs: 1,
    freedBytes: 7,
    skipped: [],
  });
  expect(sizes().size).toBe(0);
});

test('a plan for references that have changed since is stale, and nothing goes', async () => {
  const { store, source, plan, sizes } = await planned();
  const stale = { ...plan, version: `${plan.version}0` };
  await expect(applyPlan({ store, source, plan: stale, now: 0 })).rejects.toMatchObject({
    code: 'STALE_PLAN',
    subject: plan.plan.plan,
  });
  expect(sizes().size).toBe(1);
});

test('a plan that was applied already is a conflict', async () => {
  const { store, source, plan, sizes } = await planned();
  const batch = { plan: plan.plan.plan, cause: 'prune', at: 0, records: 0, blobs: 1, bytes: 7 } as const;
  const again: ManagedStore = { ...store, trash: async () => [batch] };
  await expect(applyPlan({ store: again, source, plan, now: 0 })).rejects.toMatchObject({
    code: 'CONFLICT',
    subject: plan.plan.plan,
  });
  expect(sizes().size).toBe(1);
});

test('a plan that takes nothing reads and removes nothing', async () => {
  const { store, source, plan } = await planned();
  const read = () => Promise.reject(new Error('read'));
  const empty = { ...plan, goes: [], blobs: [] };
  const report = await applyPlan({ store, source: { ...source, read }, plan: empty, now: 0 });
  expect(report).toMatchObject({ removedBlobs: 0, freedBytes: 0 });
});

test('new documents are named before they are written, each once, and none that is there already', async () => {
  const createdAt = '2026-01-01T00:00:00Z';
  const config = {
    layers: [{ blob: 'old' }, { blob: 'new' }],
    records: [
      { digest: 'old', layers: [{ layer: 0, createdAt }] },
      { digest: 'new', layers: [{ layer: 1, createdAt: '2026-01-02T00:00:00Z' }] },
    ],
  };
  const described = ['old', 'new'];
  const sizes = new Map([
    ['old', 50],
    ['new', 7],
  ]);
  // Both caches are the same but for their name: what a prune makes of them is one config and one manifest.
  const parts = { caches: [config, config].map((one) => ({ config: one, described })), images: [], sizes };
  const { store, source } = memoryStore(parts);
  const plan = await createPlanner(createHandClock(0)).make({
    sourceId: 's',
    policy: { maxBytes: 10 },
    store: undefined,
    keep: true,
    source,
    read: () => source.read(),
    space: async () => undefined,
  });
  const version = (await store.readIndex()).version;
  const removals: Removal[] = [];
  const watched: ManagedStore = {
    ...store,
    exclusive: (body) =>
      store.exclusive((session) =>
        body({
          ...session,
          index: session.index,
          remove: async (removal) => {
            removals.push(removal);
            return { blobs: 0, bytes: 0, skipped: [] };
          },
        }),
      ),
  };
  await applyPlan({ store: watched, source, plan: { ...plan, version }, now: 0 });
  const [removal] = removals;
  expect(removal?.written).toHaveLength(2);
  for (const digest of removal?.written ?? []) expect(await store.blobs.moteExists(digest)).toBe(false);
  await removal?.write();
  for (const digest of removal?.written ?? []) expect(await store.blobs.moteExists(digest)).toBe(true);
  // Another reference may lead to what is there: it is no document of this prune.
  await applyPlan({ store: watched, source, plan: { ...plan, version }, now: 0 });
  expect(removals[1]?.written).toEqual([]);
});

test('why a blob was left alone is said', async () => {
  const { store, source, plan } = await planned();
  const [digest] = plan.blobs;
  if (!digest) throw new Error('no blob');
  for (const [reason, words] of [
    ['gone', /not there any more/],
    ['needed', /import needs it/],
  ] as const) {
    const session = {
      index: await store.readIndex(),
      remove: async () => ({ blobs: 0, bytes: 0, skipped: [{ digest, reason }] }),
    };
    const busy: ManagedStore = { ...store, exclusive: (body) => body(session as unknown as StoreSession) };
    const { skipped } = await applyPlan({ store: busy, source, plan, now: 0 });
    expect(skipped).toEqual([{ id: digest, reason: expect.stringMatching(words) }]);
  }
});
