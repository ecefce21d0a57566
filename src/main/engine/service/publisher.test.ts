import { expect, test } from 'vitest';
import type { Clock } from '../ports/clock.ts';
import { createPublisher } from './publisher.ts';

/** A clock whose waits end when a test says so, or the signal fires. */
function handClock(): Clock & { pass(): Promise<void> } {
  let now = 0;
  const waits = new Set<() => void>();
  return {
    now: () => now,
    wait: (ms, signal) =>
      new Promise((resolve) => {
        const end = () => {
          now += ms;
          resolve();
        };
        waits.add(end);
        signal?.addEventListener('abort', () => resolve(), { once: true });
      }),
    async pass() {
      await settled();
      const ended = [...waits];
      waits.clear();
      for (const end of ended) end();
      await settled();
    },
  };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('publishes at its start, once after many changes, and again after a failure', async () => {
  const clock = handClock();
  let works = true;
  let times = 0;
  const publish = async () => {
    times += 1;
    return works;
  };
  const publisher = createPublisher({ clock, random: () => 0.5, publish, quietMs: 1000, mostMs: 3500 });
  await settled();
  expect(times).toBe(1);
  publisher.changed();
  await settled();
  publisher.changed();
  await clock.pass();
  expect(times).toBe(1);
  await clock.pass();
  expect(times).toBe(2);
  // Changes that never end put it off no longer than said.
  publisher.changed();
  await settled();
  for (let at = 0; at < 4; at += 1) {
    expect(times).toBe(2);
    publisher.changed();
    await clock.pass();
  }
  expect(times).toBe(3);
  works = false;
  publisher.changed();
  await clock.pass();
  expect(times).toBe(4);
  works = true;
  await clock.pass();
  expect(times).toBe(5);
  await clock.pass();
  expect(times).toBe(5);
  publisher.changed();
  await publisher.close();
  expect(times).toBe(5);
});
