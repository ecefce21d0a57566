import { Worker } from 'node:worker_threads';
import { CacheError, cancelled, throwIfAborted } from '../../../shared/base/errors.ts';
import type { ReadProgress } from '../../engine/ports/cache-source.ts';
import type { ReadMessage, ReadRequest } from './read-worker.ts';

/** Options of a read. */
export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ReadProgress) => void) | undefined;
}

/**
 * Runs a task in a thread of its own. Aborting ends the thread at once, whatever it is at.
 * @throws what the task throws, `CANCELLED` from the signal, `INTERNAL` when the thread dies
 */
export async function readInWorker(request: ReadRequest, options: ReadOptions = {}): Promise<ReadMessage> {
  const { signal, onProgress } = options;
  throwIfAborted(signal);
  const { promise, resolve, reject } = Promise.withResolvers<ReadMessage>();
  const worker = new Worker(new URL('./read-worker.ts', import.meta.url), { workerData: request });
  const onAbort = (): void => reject(cancelled(request.root));
  signal?.addEventListener('abort', onAbort);
  worker.on('message', (message: ReadMessage) => {
    if (message.type === 'progress') onProgress?.(message.progress);
    else if (message.type === 'error') reject(revived(message));
    else resolve(message);
  });
  worker.on('error', (cause) => reject(died(request, cause)));
  worker.on('exit', () => reject(died(request, undefined)));
  try {
    return await promise;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    await worker.terminate();
  }
}

/** The error as it was in the thread; its stack there is the cause. */
function revived({ error, stack }: Extract<ReadMessage, { type: 'error' }>): CacheError {
  return CacheError.fromData(error, error.code === 'INTERNAL' ? new Error(stack) : undefined);
}

/** Codes of a thread that could not be started: it opens files for that, of which a process may have few. */
const NOT_STARTED = ['EMFILE', 'ENFILE', 'ERR_INVALID_PACKAGE_CONFIG', 'ERR_WORKER_INIT_FAILED'];

/** A thread that could not be started, or ran out of memory, says so by an error with a code. */
function died({ root }: ReadRequest, cause: unknown): CacheError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (NOT_STARTED.includes(code)) {
    const hint = 'Raise the limit of open files: ulimit -n 1024.';
    return new CacheError('UNAVAILABLE', 'No thread could be started to read this folder.', {
      subject: root,
      hint,
      cause,
    });
  }
  const outOfMemory = code === 'ERR_WORKER_OUT_OF_MEMORY';
  return new CacheError(
    outOfMemory ? 'UNAVAILABLE' : 'INTERNAL',
    outOfMemory ? 'There is not enough memory to read this folder.' : 'The thread that reads the folder ended.',
    { subject: root, cause, ...(outOfMemory ? { hint: 'Close other programs, or open it elsewhere.' } : {}) },
  );
}
