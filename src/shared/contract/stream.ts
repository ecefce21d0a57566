import { AsyncIteratorClass } from '@orpc/contract';

/** True for the answer of a procedure that streams. */
export function isStream(answer: unknown): answer is AsyncIterableIterator<unknown> {
  return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer && 'next' in answer;
}

/**
 * The same stream with every error passed through `toError`: items are made after the call itself has answered, so its
 * own error handling is over by then. `onEnd` may throw to turn a silent end into an error.
 */
export function guardStream(
  stream: AsyncIterableIterator<unknown>,
  toError: (error: unknown) => Error,
  onEnd: () => void = () => undefined,
): AsyncIteratorClass<unknown, unknown, unknown> {
  return new AsyncIteratorClass<unknown, unknown, unknown>(
    async () => {
      try {
        const step: IteratorResult<unknown, unknown> = await stream.next();
        if (step.done) onEnd();
        return step;
      } catch (error) {
        throw toError(error);
      }
    },
    async (reason) => {
      if (reason !== 'next') await stream.return?.();
    },
  );
}
