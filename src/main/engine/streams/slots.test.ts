import { expect, test } from 'vitest';
import { createSlots } from './slots.ts';

/** Everything that needs no more than promises has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('lets so many in, the others in the order of asking', async () => {
  const slots = createSlots(2);
  const entered: string[] = [];
  const held: Disposable[] = [];
  for (const name of ['a', 'b', 'c', 'd']) {
    void slots.take().then((slot) => {
      entered.push(name);
      held.push(slot);
    });
  }
  await settled();
  expect(entered).toEqual(['a', 'b']);
  held[1]?.[Symbol.dispose]();
  // Given back twice is given back once.
  held[1]?.[Symbol.dispose]();
  await settled();
  expect(entered).toEqual(['a', 'b', 'c']);
  held[0]?.[Symbol.dispose]();
  held[2]?.[Symbol.dispose]();
  await settled();
  expect(entered).toEqual(['a', 'b', 'c', 'd']);
  held[3]?.[Symbol.dispose]();
  using _first = await slots.take();
  using _second = await slots.take();
});

test('who gives up waiting takes no place', async () => {
  const slots = createSlots(1);
  const slot = await slots.take();
  const stop = new AbortController();
  const given = slots.take(stop.signal);
  const next = slots.take();
  stop.abort();
  await expect(given).rejects.toMatchObject({ code: 'CANCELLED' });
  await expect(slots.take(stop.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
  slot[Symbol.dispose]();
  using _next = await next;
});
