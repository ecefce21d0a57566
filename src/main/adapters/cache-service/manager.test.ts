import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Clock } from '../../engine/ports/clock.ts';
import { createManager, type ManagerEvent } from '../../engine/service/manager.ts';
import { createSyncedCache } from '../../engine/service/synced-cache.ts';
import { FIXTURES } from '../../engine/testing/real-caches.ts';
import { openSource } from '../oci-layout/index.ts';
import { createServiceConnector } from './client.ts';
import { startSmallService } from './testing/small-service.ts';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** A clock that stands still: a wait ends with its signal only. */
const stillClock: Clock = {
  now: () => 0,
  wait: (_ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      signal?.addEventListener('abort', () => resolve());
    }),
};

async function startManager(silence = { connectMs: 2000, headMs: 60_000, bytesMs: 60_000 }) {
  const folder = await mkdtemp(join(tmpdir(), 'cachewright-manager-'));
  folders.push(folder);
  const service = await startSmallService(folder);
  const source = await openSource(join(FIXTURES, 'sample'));
  const cache = await createSyncedCache(await source.read(), source);
  const events: ManagerEvent[] = [];
  const manager = await createManager({
    ...cache,
    serviceURL: service.url,
    connect: createServiceConnector(silence),
    openLayers: () => expect.fail('the service keeps layers itself'),
    clock: stillClock,
    random: () => 1,
    onEvent: (event) => events.push(event),
  });
  const until = (kind: ManagerEvent['kind'], count = 1) =>
    expect.poll(() => events.filter((event) => event.kind === kind).length).toBeGreaterThanOrEqual(count);
  return { service, manager, events, until, cache };
}

test('rounds that fail come later each time, what was imported stays, and closing exports a last time', async () => {
  const { service, manager, events, until } = await startManager();
  await using _ = service;
  manager.run();
  await until('waiting', 2);
  const id = manager.id();

  service.misbehaves = 'status';
  for (let tries = 1; tries <= 3; tries += 1) {
    manager.hurry('export');
    await until('failed', tries);
    await until('waiting', 2 + tries);
  }
  const failures = events.flatMap((event) => (event.kind === 'failed' ? [event.failures] : []));
  expect(failures).toEqual([1, 2, 3]);
  const waits = events.flatMap((event) => (event.kind === 'waiting' ? [event.untilMs] : []));
  expect(waits.slice(2)).toEqual([2000, 4000, 8000]);
  expect(manager.id()).toBe(id);

  service.misbehaves = 'none';
  const before = service.requests.filter((request) => request === 'POST /records').length;
  await manager.close();
  expect(service.requests.filter((request) => request === 'POST /records').length).toBe(before + 1);
});

test('an import swaps the other side whole, and queries find what only the service has', async () => {
  const { service, manager, cache } = await startManager();
  await using _ = service;
  const alone = manager.id();
  await manager.exportCache();
  const imported = await manager.importCache();
  expect(imported.config.recordDigest.length).toBeGreaterThan(10);
  expect(manager.id()).not.toBe(alone);
  for await (const [first = ''] of cache.keyStore.walk()) {
    const [root] = await manager.query([], 0, first, Number.MIN_SAFE_INTEGER);
    expect(root?.digest).toBe(first);
    break;
  }
  await manager.disconnect();
});

test('a service that goes silent is given up, and a period of nothing is refused', async () => {
  const { service, manager } = await startManager({ connectMs: 500, headMs: 500, bytesMs: 500 });
  await using _ = service;
  expect(() => manager.setPeriods({ importPeriodMs: 0 })).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  service.misbehaves = 'silent';
  await expect(manager.importCache()).rejects.toMatchObject({ code: 'UNAVAILABLE', subject: service.url });
  await manager.disconnect();
});
