import { expect, test } from 'vitest';
import { CacheError } from '../../../shared/base/errors.ts';
import { createMemoryLayerInfoCache } from '../../adapters/memory/layer-info-cache.ts';
import type { LayerInfoCache } from '../ports/layer-info-cache.ts';
import { createDegradingLayerInfoCache, type LayerInfoHealth } from './degrading.ts';

/** A shared back end that a test takes away and gives back, and what it was asked. */
function createShared() {
  const inner = createMemoryLayerInfoCache({ entries: 200_000 });
  const shared = { isUp: true, asked: 0 };
  const ask =
    <A extends unknown[], T>(call: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      shared.asked += 1;
      if (!shared.isUp) throw new CacheError('UNAVAILABLE', 'It is down.');
      return call(...args);
    };
  const cache: LayerInfoCache = {
    ...inner,
    contains: ask(inner.contains),
    containsMany: ask(inner.containsMany),
    add: ask(inner.add),
    meta: ask(inner.meta),
    metaMany: ask(inner.metaMany),
    setMeta: ask(inner.setMeta),
  };
  return { shared, inner, cache };
}

test('what was written while it was down is written again before it is asked anything', async () => {
  const { shared, inner, cache } = createShared();
  const seen: LayerInfoHealth[] = [];
  const info = createDegradingLayerInfoCache(cache, createMemoryLayerInfoCache(), (health) => seen.push(health));
  shared.isUp = false;
  await info.add('app', 'a');
  await info.setMeta('a', { path: 'first', length: 1 });
  await info.setMeta('a', { path: 'second', length: 2 });
  expect(await info.contains('app', 'a')).toBe(true);
  expect(await info.meta('a')).toEqual({ path: 'second', length: 2 });
  shared.isUp = true;
  expect(await info.contains('app', 'a')).toBe(true);
  expect(await inner.meta('a')).toEqual({ path: 'second', length: 2 });
  expect(seen).toEqual(['degraded', 'up']);
});

test.each([
  [100_000, true],
  [100_001, false],
])('after %i missed writes it is asked again: %s', async (writes, isAsked) => {
  const { shared, inner, cache } = createShared();
  const info = createDegradingLayerInfoCache(cache, createMemoryLayerInfoCache({ entries: 200_000 }));
  shared.isUp = false;
  for (let n = 0; n < writes; n += 1) await info.add('app', `d${n}`);
  // A write of what was written already is not one more.
  await info.add('app', 'd0');
  shared.isUp = true;
  shared.asked = 0;
  expect(await info.contains('app', 'd0')).toBe(true);
  expect(shared.asked).toBe(isAsked ? writes + 1 : 0);
  expect(await inner.contains('app', 'd7')).toBe(isAsked);
});
