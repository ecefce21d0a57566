import { type Clock, systemClock } from '../ports/clock.ts';

/** How a coalesced stream is fed. */
export interface CoalescedOptions<T> {
  /** Takes what is new since the last take; undefined when nothing is. Called once first, before any wake. */
  take(): T | undefined;
  /** Calls back after each change until the returned function is called. */
  subscribe(wake: () => void): () => void;
  /** Least time between two items. */
  readonly intervalMs: number;
  /** True when nothing will change any more: the stream ends after what is left. */
  isOver?(): boolean;
  readonly signal?: AbortSignal | undefined;
  /** What it waits by; the machine's by default. */
  readonly clock?: Clock;
}

/**
 * A stream of states rather than of events: a slow reader gets fewer and larger items, never a queue that grows.
 *
 * It is an object and not a generator, because a generator that waits cannot be ended from outside: `return()` and the
 * signal end a waiting `next()` at once, and with that the subscription. Nothing is subscribed before the first `next()`.
 */
export function createCoalescedStream<T>(options: CoalescedOptions<T>): AsyncIteratorObject<T, void, void> {
  const { signal, clock = systemClock } = options;
  let wake: (() => void) | undefined;
  let unsubscribe: (() => void) | undefined;
  let cooling: AbortController | undefined;
  let ended = false;

  const end = (): void => {
    if (ended) return;
    ended = true;
    cooling?.abort();
    signal?.removeEventListener('abort', end);
    unsubscribe?.();
    wake?.();
  };
  const begin = (): void => {
    if (signal?.aborted) {
      end();
      return;
    }
    signal?.addEventListener('abort', end);
    unsubscribe = options.subscribe(() => wake?.());
  };
  const cool = (): void => {
    const mine = new AbortController();
    cooling?.abort();
    cooling = mine;
    void clock.wait(options.intervalMs, mine.signal).then(() => {
      if (cooling !== mine) return;
      cooling = undefined;
      wake?.();
    });
  };

  const next = async (): Promise<IteratorResult<T, void>> => {
    if (!unsubscribe && !ended) begin();
    while (!ended) {
      const isOver = options.isOver?.() ?? false;
      if (cooling === undefined || isOver) {
        const value = options.take();
        if (value !== undefined) {
          cool();
          return { done: false, value };
        }
        if (isOver) end();
      }
      if (!ended) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    return { done: true, value: undefined };
  };
  const finish = async (): Promise<IteratorResult<T, void>> => {
    end();
    return { done: true, value: undefined };
  };
  return {
    next,
    return: finish,
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      end();
    },
  };
}
