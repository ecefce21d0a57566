import { expect, test } from 'vitest';
import { describeLayerInfoCache } from '../../engine/ports/layer-info-cache.suite.ts';
import { createMemoryLayerInfoCache } from './layer-info-cache.ts';

describeLayerInfoCache('memory', async () => createMemoryLayerInfoCache());

test('the least recently used goes first when it is full', async () => {
  const cache = createMemoryLayerInfoCache({ entries: 2 });
  await cache.add('app', 'a');
  await cache.add('app', 'b');
  await cache.contains('app', 'a');
  await cache.add('app', 'c');
  expect(await cache.containsMany('app', ['a', 'b', 'c'])).toEqual([true, false, true]);
});
