import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCoalescedStream } from './coalesced.ts';

/** A counter that is watched: items are its value at the time of taking. */
function createCounter() {
  const wakes = new Set<() => void>();
  let value = 0;
  let taken = -1;
  return {
    wakes,
    add() {
      value += 1;
      for (const wake of wakes) wake();
    },
    isOver: () => value >= 10,
    take: () => {
      if (taken === value) return undefined;
      taken = value;
      return value;
    },
    subscribe(wake: () => void) {
      wakes.add(wake);
      return () => wakes.delete(wake);
    },
  };
}

describe('coalesced stream', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('gives the state at once, and then one item for all changes within the interval', async () => {
    const counter = createCounter();
    const stream = createCoalescedStream({ ...counter, intervalMs: 100 });
    expect(await stream.next()).toEqual({ done: false, value: 0 });
    const second = stream.next();
    counter.add();
    counter.add();
    await vi.advanceTimersByTimeAsync(99);
    counter.add();
    await vi.advanceTimersByTimeAsync(1);
    expect(await second).toEqual({ done: false, value: 3 });
    await stream.return?.();
  });

  it('subscribes at the first next and not before', async () => {
    const counter = createCounter();
    const stream = createCoalescedStream({ ...counter, intervalMs: 100 });
    expect(counter.wakes.size).toBe(0);
    await stream.next();
    expect(counter.wakes.size).toBe(1);
    await stream.return?.();
  });

  it.each(['return', 'signal', 'dispose'] as const)('ends a waiting next() by %s, and leaves nothing', async (how) => {
    const counter = createCounter();
    const controller = new AbortController();
    const stream = createCoalescedStream({ ...counter, intervalMs: 100, signal: controller.signal });
    await stream.next();
    const waiting = stream.next();
    if (how === 'return') await stream.return?.();
    else if (how === 'signal') controller.abort();
    else await stream[Symbol.asyncDispose]?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(counter.wakes.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not wait out the interval for the last item', async () => {
    const counter = createCounter();
    const stream = createCoalescedStream({ ...counter, intervalMs: 100 });
    await stream.next();
    for (let i = 0; i < 10; i += 1) counter.add();
    expect(await stream.next()).toEqual({ done: false, value: 10 });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(counter.wakes.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends at once under a signal that has fired already', async () => {
    const counter = createCounter();
    const stream = createCoalescedStream({ ...counter, intervalMs: 100, signal: AbortSignal.abort() });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(counter.wakes.size).toBe(0);
  });
});
