import { setImmediate } from 'node:timers/promises';
import { throwIfAborted } from '../../../shared/base/errors.ts';
import type { ReadProgress } from '../../engine/ports/cache-source.ts';
import type { Step, Steps } from '../../engine/streams/steps.ts';

/** How long the event loop may be held at a time. */
const SLICE_MS = 12;

/** Lets others run in the middle of long work on the event loop, obeys a signal and reports. */
export interface Pace {
  /** To be called every few milliseconds. Wait for what it gives, if anything. @throws `CANCELLED` */
  breathe(step: Step): Promise<void> | undefined;
}

/** A pace for one piece of work. */
export function createPace(options: {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: ReadProgress) => void) | undefined;
}): Pace {
  let sliceStart = performance.now();
  return {
    breathe(step) {
      throwIfAborted(options.signal);
      if (performance.now() - sliceStart < SLICE_MS) return undefined;
      options.onProgress?.({ ...step, unit: 'records' });
      return setImmediate().then(() => {
        sliceStart = performance.now();
        throwIfAborted(options.signal);
      });
    },
  };
}

/** Drives a pure computation to its end without holding the event loop. */
export async function paced<T>(steps: Steps<T>, pace: Pace): Promise<T> {
  for (;;) {
    const next = steps.next();
    if (next.done) return next.value;
    const wait = pace.breathe(next.value);
    if (wait) await wait;
  }
}
