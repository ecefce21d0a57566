import { describe, expect, it } from 'vitest';
import { eachOf } from './each-of.ts';

/** Work that ends when the test says so. */
function gates(count: number) {
  return Array.from({ length: count }, () => Promise.withResolvers<void>());
}

describe('work on many things', () => {
  it('begins in order, as many at once as it may, and ends with the last', async () => {
    const ends = gates(5);
    const begun: number[] = [];
    let most = 0;
    let running = 0;
    const all = eachOf([0, 1, 2, 3, 4], { atOnce: 2 }, async (item) => {
      begun.push(item);
      running += 1;
      most = Math.max(most, running);
      await ends[item]?.promise;
      running -= 1;
    });
    expect(begun).toEqual([0, 1]);
    for (const end of ends) end.resolve();
    await all;
    expect([begun, most, running]).toEqual([[0, 1, 2, 3, 4], 2, 0]);
    await eachOf([], { atOnce: 2 }, () => expect.fail('there is nothing'));
  });

  it('stops at the first failure, and waits for what is under way', async () => {
    const begun: number[] = [];
    let told = false;
    const all = eachOf([0, 1, 2, 3], { atOnce: 2 }, async (item, signal) => {
      begun.push(item);
      if (item === 0) throw new Error('the first');
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      told = true;
      throw new Error('the second');
    });
    await expect(all).rejects.toThrow('the first');
    expect([begun, told]).toEqual([[0, 1], true]);
  });

  it('is CANCELLED by its signal, whatever the work makes of it', async () => {
    const abort = new AbortController();
    const all = eachOf([0, 1, 2], { atOnce: 1, signal: abort.signal }, async () => abort.abort());
    await expect(all).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
