import { cancelled, throwIfAborted } from '../../../shared/base/errors.ts';

/** A number of places, each held by one at a time, given out in the order of asking. */
export interface Slots {
  /**
   * Waits for a free place; disposing of it lets the next one in. Whoever holds one must not wait for another.
   * @throws `CANCELLED` when the signal fires while waiting
   */
  take(signal?: AbortSignal): Promise<Disposable>;
}

/** So many places. */
export function createSlots(count: number): Slots {
  let free = count;
  const waiting = new Set<() => void>();

  function giveBack(): void {
    const [next] = waiting;
    if (next) next();
    else free += 1;
  }

  async function turn(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (): void => {
      waiting.delete(enter);
      signal?.removeEventListener('abort', giveUp);
    };
    const enter = (): void => {
      leave();
      resolve();
    };
    const giveUp = (): void => {
      leave();
      reject(cancelled());
    };
    waiting.add(enter);
    signal?.addEventListener('abort', giveUp);
    await promise;
  }

  return {
    async take(signal) {
      throwIfAborted(signal);
      if (free > 0) free -= 1;
      else await turn(signal);
      let isHeld = true;
      return {
        [Symbol.dispose]() {
          if (isHeld) giveBack();
          isHeld = false;
        },
      };
    },
  };
}
