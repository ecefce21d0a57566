import type { Clock } from '../ports/clock.ts';

/** For so long, ages count from the same moment: pages of one list then fit together. */
const STEADY_MS = 60_000;

/** Returns what tells the moment that ages count from, in epoch milliseconds: it moves once a minute. */
export function createSteadyNow(clock: Pick<Clock, 'now'>): () => number {
  let moment = Number.NEGATIVE_INFINITY;
  return () => {
    const now = clock.now();
    if (now < moment || now - moment > STEADY_MS) moment = now;
    return moment;
  };
}
