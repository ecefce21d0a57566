import { abortable } from './abortable.ts';

/** One at a time for each key, in the order of asking. */
export interface Turns {
  /** True when somebody has the turn now. */
  isTaken(key: string): boolean;
  /**
   * Runs `work` when everybody who asked before is done, whatever their end.
   * @throws `CANCELLED` when the signal fires while waiting; the next one does not wait for a turn that was given up
   */
  take<T>(key: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T>;
}

/** Turns for any number of keys; a key costs nothing when nobody has its turn. */
export function createTurns(): Turns {
  const last = new Map<string, Promise<void>>();
  return {
    isTaken: (key) => last.has(key),
    async take(key, signal, work) {
      const before = last.get(key) ?? Promise.resolve();
      let release = (): void => undefined;
      // Whoever comes next waits for those before as well, also when this one gives up waiting.
      const mine = Promise.all([before, new Promise<void>((resolve) => (release = resolve))]).then(() => undefined);
      last.set(key, mine);
      try {
        await abortable(before, signal);
        return await work();
      } finally {
        release();
        void mine.then(() => {
          if (last.get(key) === mine) last.delete(key);
        });
      }
    },
  };
}
