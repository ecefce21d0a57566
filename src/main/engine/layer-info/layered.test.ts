import { expect, test } from 'vitest';
import { CacheError } from '../../../shared/base/errors.ts';
import { createMemoryLayerInfoCache } from '../../adapters/memory/layer-info-cache.ts';
import { createLayeredLayerInfoCache } from './layered.ts';

const layer = (path: string) => ({ path, length: 1 });

function start() {
  const front = createMemoryLayerInfoCache();
  const back = createMemoryLayerInfoCache();
  return { front, back, cache: createLayeredLayerInfoCache(front, back) };
}

test('what was answered once is not asked of the back end again, and of a batch only the rest', async () => {
  const { back, cache } = start();
  await back.add('app', 'a');
  await back.setMeta('a', layer('1'));
  expect(await cache.containsMany('app', ['x', 'a'])).toEqual([false, true]);
  expect(await cache.metaMany(['x', 'a'])).toEqual([undefined, layer('1')]);
  const asked = back.stats();
  expect(await cache.contains('app', 'a')).toBe(true);
  expect(await cache.meta('a')).toEqual(layer('1'));
  expect(back.stats()).toEqual(asked);
  await back.add('app', 'x');
  expect(await cache.containsMany('app', ['a', 'x', 'a'])).toEqual([true, true, true]);
  expect(back.stats().hits).toBe(asked.hits + 1);
});

test('an answer that a write has overtaken is not kept', async () => {
  const { front, back } = start();
  let answer = (): void => {};
  const slow = {
    ...back,
    metaMany: async (digests: readonly string[]) => {
      const found = await back.metaMany(digests);
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return found;
    },
  };
  const cache = createLayeredLayerInfoCache(front, slow);
  await back.setMeta('a', layer('old'));
  const asked = cache.meta('a');
  await new Promise((resolve) => setImmediate(resolve));
  await cache.setMeta('a', layer('new'));
  answer();
  expect(await asked).toEqual(layer('old'));
  expect(await cache.meta('a')).toEqual(layer('new'));
});

test('what the back end did not take, the memory does not know', async () => {
  const { front, back } = start();
  const refusing = {
    ...back,
    add: async () => {
      throw new CacheError('NO_SPACE', 'It is full.');
    },
  };
  const cache = createLayeredLayerInfoCache(front, refusing);
  await expect(cache.add('app', 'a')).rejects.toMatchObject({ code: 'NO_SPACE' });
  expect(await cache.contains('app', 'a')).toBe(false);
});
