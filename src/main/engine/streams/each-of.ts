import { throwIfAborted } from '../../../shared/base/errors.ts';

/** Options of `eachOf`. */
export interface EachOptions {
  /** How many are worked on at a time. */
  readonly atOnce: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Does something for each item, some at once, in their order. The first failure stops all: the work that is under way
 * sees it in its signal, and nothing more is begun.
 * @throws the first failure, `CANCELLED` from the signal; in both cases when all work has ended
 */
export async function eachOf<T>(
  items: readonly T[],
  { atOnce, signal }: EachOptions,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const stop = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  const rest = items.values();
  const errors: unknown[] = [];
  const workers = Array.from({ length: Math.min(atOnce, items.length) }, async () => {
    try {
      for (const item of rest) {
        throwIfAborted(stop);
        await work(item, stop);
      }
    } catch (error) {
      errors.push(error);
      failed.abort();
    }
  });
  await Promise.all(workers);
  throwIfAborted(signal);
  if (errors.length > 0) throw errors[0];
}
