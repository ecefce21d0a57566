import { CacheError, throwIfAborted } from '../../../shared/base/errors.ts';

/** Cuts a stream into parts of the sizes asked for. @throws `SIZE_MISMATCH` when it ends before */
export function createTaker(source: AsyncIterable<Uint8Array>) {
  const chunks = source[Symbol.asyncIterator]();
  let left: Uint8Array = new Uint8Array();
  return {
    async take(length: number, signal?: AbortSignal): Promise<Uint8Array> {
      const part = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        throwIfAborted(signal);
        if (left.length === 0) {
          const next = await chunks.next();
          if (next.done) throw new CacheError('SIZE_MISMATCH', 'The blob ends before the size its manifest says.');
          left = next.value;
        }
        const fits = left.subarray(0, length - filled);
        part.set(fits, filled);
        filled += fits.length;
        left = left.subarray(fits.length);
      }
      return part;
    },
    close: async () => {
      await chunks.return?.();
    },
  };
}
