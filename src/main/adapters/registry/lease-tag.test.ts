import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { CacheError } from '../../../shared/base/errors.ts';
import type { Clock } from '../../engine/ports/clock.ts';
import { systemClock } from '../../engine/ports/clock.ts';
import { leaseTagOf, withLeaseTag } from './lease-tag.ts';
import type { Repository } from './repository.ts';

/** A repository that holds tags and nothing else: what time a tag takes can be told to it. */
function tagsOnly(delay: () => Promise<void> = async () => {}) {
  const tags = new Map<string, Uint8Array>();
  const repository = {
    name: 'repo',
    upload: async () => 'there',
    async manifest(tag: string) {
      await delay();
      const bytes = tags.get(tag);
      if (!bytes) throw new CacheError('NOT_FOUND', 'No such tag.', { subject: tag });
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      return { descriptor: { mediaType: '', digest, size: bytes.length }, bytes };
    },
    async putManifest(tag: string, _type: string, bytes: Uint8Array) {
      await delay();
      tags.set(tag, bytes);
    },
  } as unknown as Repository;
  return { repository, tags };
}

/** A clock on which waiting takes no time. */
function handClock(): Clock & { readonly waited: () => number } {
  let now = 1_000_000;
  return {
    now: () => now,
    waited: () => now - 1_000_000,
    wait: async (ms) => {
      now += ms;
      await Promise.resolve();
    },
  };
}

const holderIn = (bytes: Uint8Array | undefined): unknown =>
  JSON.parse(Buffer.from(bytes ?? []).toString()).annotations['io.github.cachewright.lease-holder'];

test('the lease of a tag has a name that is a tag itself', () => {
  expect(leaseTagOf('main')).toBe('main.cachewright-lease');
  const long = leaseTagOf('x'.repeat(128));
  expect(long).toMatch(/^cachewright-lease-[0-9a-f]{32}$/);
  expect(leaseTagOf('y'.repeat(128))).not.toBe(long);
});

test('of many who ask at once one is in at a time, and each gets in', async () => {
  const settleMs = 60;
  const { repository } = tagsOnly(() => systemClock.wait(Math.random() * 5));
  let inside = 0;
  let most = 0;
  let entered = 0;
  const enter = async () => {
    inside += 1;
    entered += 1;
    most = Math.max(most, inside);
    await systemClock.wait(3);
    inside -= 1;
  };
  const all = Array.from({ length: 5 }, () =>
    withLeaseTag(repository, 'main', { clock: systemClock, settleMs }, enter),
  );
  await Promise.all(all);
  expect([most, entered]).toEqual([1, 5]);
});

test('it is given back also by who fails, and nothing of the error is lost', async () => {
  const { repository, tags } = tagsOnly();
  const clock = handClock();
  const failure = new CacheError('CONFLICT', 'It went wrong.');
  const failing = withLeaseTag(repository, 'main', { clock }, async () => {
    expect(holderIn(tags.get('main.cachewright-lease'))).not.toBe('');
    throw failure;
  });
  await expect(failing).rejects.toBe(failure);
  expect(holderIn(tags.get('main.cachewright-lease'))).toBe('');
});

test('one that stays the same for a minute belongs to nobody; one that changes hands does', async () => {
  const { repository, tags } = tagsOnly();
  const lease = (holder: string) =>
    Buffer.from(JSON.stringify({ annotations: { 'io.github.cachewright.lease-holder': holder } }));
  tags.set('main.cachewright-lease', lease('dead'));
  const clock = handClock();
  await withLeaseTag(repository, 'main', { clock }, async () => {});
  expect(clock.waited()).toBeGreaterThanOrEqual(60_000);

  tags.set('main.cachewright-lease', lease('a'));
  const busy = handClock();
  const changing: Clock = {
    now: busy.now,
    wait: async (ms, signal) => {
      await busy.wait(ms, signal);
      // Somebody else has it each time that is looked at, for three minutes.
      if (busy.waited() < 180_000 && ms < 1_000) tags.set('main.cachewright-lease', lease(`at ${busy.waited()}`));
    },
  };
  await withLeaseTag(repository, 'main', { clock: changing }, async () => {});
  expect(busy.waited()).toBeGreaterThanOrEqual(180_000);
});

test('who finds another name after the wait is not in', async () => {
  const { repository, tags } = tagsOnly();
  const lease = Buffer.from(JSON.stringify({ annotations: { 'io.github.cachewright.lease-holder': 'quick' } }));
  const clock = handClock();
  let settled = 0;
  const raced: Clock = {
    now: clock.now,
    wait: async (ms, signal) => {
      await clock.wait(ms, signal);
      if (ms !== 1_000) return;
      settled += 1;
      if (settled === 1) tags.set('main.cachewright-lease', lease);
    },
  };
  await withLeaseTag(repository, 'main', { clock: raced }, async () => {
    expect(settled).toBe(2);
  });
});

test('a signal ends the waiting', async () => {
  const { repository, tags } = tagsOnly();
  tags.set(
    'main.cachewright-lease',
    Buffer.from(JSON.stringify({ annotations: { 'io.github.cachewright.lease-holder': 'other' } })),
  );
  const stop = new AbortController();
  const clock: Clock = { now: () => 0, wait: async () => stop.abort() };
  const waiting = withLeaseTag(repository, 'main', { clock, signal: stop.signal }, () => expect.fail('it is not free'));
  await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
});
