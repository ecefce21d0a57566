import { throwIfAborted } from '../../../shared/base/errors.ts';
import type { Step } from './steps.ts';

/** How long the event loop may be held at a time. */
const SLICE_MS = 12;

/**
 * Drives a pure computation that pauses to its end, letting others run in between. Pauses may say how far it is.
 * @throws `CANCELLED` between two steps
 */
export async function drive<T>(
  steps: Generator<Step | undefined, T, undefined>,
  options: { readonly signal?: AbortSignal | undefined; readonly onStep?: ((step: Step) => void) | undefined } = {},
): Promise<T> {
  let started = performance.now();
  for (;;) {
    throwIfAborted(options.signal);
    const next = steps.next();
    if (next.done) return next.value;
    if (performance.now() - started < SLICE_MS) continue;
    if (next.value) options.onStep?.(next.value);
    await new Promise((resolve) => setImmediate(resolve));
    started = performance.now();
  }
}
