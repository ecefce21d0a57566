import type { Clock } from '../ports/clock.ts';
import { nextTryMs } from './back-off.ts';

/** Writes the merged cache somewhere after it has changed, one time after another. */
export interface Publisher {
  /** The cache may have changed: it is published once nothing has changed for a while. */
  changed(): void;
  /** Waits for what runs. What was put off is published at the next start. */
  close(): Promise<void>;
}

/** What a publisher works with. */
export interface PublisherParts {
  readonly clock: Clock;
  readonly random: () => number;
  /** Writes the cache as it is now. @returns false where some of it failed and should be tried again */
  readonly publish: () => Promise<boolean>;
  /** How long nothing may change before it publishes, in milliseconds. */
  readonly quietMs: number;
  /** The longest that changes put it off, in milliseconds. */
  readonly mostMs: number;
}

/** Creates a publisher, which publishes what it finds at its start. */
export function createPublisher({ clock, random, publish, quietMs, mostMs }: PublisherParts): Publisher {
  const closing = new AbortController();
  let changes = 0;
  let wake = (): void => undefined;
  const changed = (): void => {
    changes += 1;
    wake();
  };

  async function run(): Promise<void> {
    let published = -1;
    let failures = 0;
    while (!closing.signal.aborted) {
      if (published === changes) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          closing.signal.addEventListener('abort', () => resolve(), { once: true });
        });
        const since = clock.now();
        for (let seen = -1; seen !== changes && clock.now() - since < mostMs && !closing.signal.aborted; ) {
          seen = changes;
          await clock.wait(quietMs, closing.signal);
        }
        if (closing.signal.aborted) return;
      }
      const now = changes;
      if (await publish()) {
        published = now;
        failures = 0;
      } else {
        failures += 1;
        await clock.wait(nextTryMs(0, failures, random), closing.signal);
      }
    }
  }

  const ended = run();
  return {
    changed,
    async close() {
      closing.abort();
      await ended;
    },
  };
}
