import { cancelled, throwIfAborted } from '../../../shared/base/errors.ts';

/**
 * Waits for a promise, but no longer than the signal allows; the work behind it goes on.
 * @throws `CANCELLED` when the signal fires first, else what the promise rejects with
 */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  throwIfAborted(signal);
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(cancelled());
    signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort);
  }
}
