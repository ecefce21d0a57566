import { expect, test } from 'vitest';
import { describeLayerInfoCache } from '../../engine/ports/layer-info-cache.suite.ts';
import { createMemoryLayerInfoCache } from './layer-info-cache.ts';

describeLayerInfoCache('memory', async () => createMemoryLayerInfoCache());

test('an entry is believed for as long as was said', async () => {
  let now = 1_000;
  const cache = createMemoryLayerInfoCache({ maxAgeMs: 60_000, clock: { now: () => now, wait: async () => {} } });
  await cache.add('app', 'a');
  await cache.setMeta('a', { path: 'p', length: 1 });
  now += 60_000;
  expect(await cache.contains('app', 'a')).toBe(true);
  now += 1;
  expect(await cache.contains('app', 'a')).toBe(false);
  await expect(cache.meta('a')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('the least recently used goes first when it is full', async () => {
  const cache = createMemoryLayerInfoCache({ entries: 2 });
  await cache.add('app', 'a');
  await cache.add('app', 'b');
  await cache.contains('app', 'a');
  await cache.add('app', 'c');
  expect(await cache.containsMany('app', ['a', 'b', 'c'])).toEqual([true, false, true]);
});
