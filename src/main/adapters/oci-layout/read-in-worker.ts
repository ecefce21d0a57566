import { Worker } from 'node:worker_threads';
import { CacheError, cancelled, throwIfAborted, toCacheError } from '../../../shared/base/errors.ts';
import type { ReadProgress } from '../../engine/ports/cache-source.ts';
import type { ListingReply, ReadMessage, ReadRequest } from './read-worker.ts';
import { listingBuffers } from './storage.ts';

/** Options of a read. */
export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ReadProgress) => void) | undefined;
}

/** A source of more blobs than this leaves its thread with so much memory that it had better end. */
const LIGHT_BLOBS = 10_000;

/** Threads that have nothing to do: starting one takes longer than reading a small cache. They keep nothing alive. */
const spare: Worker[] = [];
/** One reads the documents of a large layout, one lists its blobs meanwhile. */
const MAX_SPARE = 2;

function takeWorker(): Worker {
  const worker = spare.pop() ?? startWorker();
  worker.ref();
  return worker;
}

function startWorker(): Worker {
  const worker = new Worker(new URL('./read-worker.ts', import.meta.url));
  const forget = (): void => {
    const at = spare.indexOf(worker);
    if (at >= 0) spare.splice(at, 1);
  };
  worker.on('error', forget);
  worker.on('exit', forget);
  return worker;
}

/** Keeps a thread for the next task: this one, or a new one in place of one that is full of memory. */
async function giveBack(worker: Worker, isLight: boolean): Promise<void> {
  const next = isLight ? worker : startWorker();
  if (!isLight) await worker.terminate();
  if (spare.length >= MAX_SPARE) {
    await next.terminate();
    return;
  }
  next.unref();
  spare.push(next);
}

function isLight(answer: ReadMessage): boolean {
  return !('listing' in answer) || answer.listing.sizes.length <= LIGHT_BLOBS;
}

/**
 * Runs a task in a thread that does nothing else meanwhile. Aborting ends the thread at once, whatever it is at.
 * @throws what the task throws, `CANCELLED` from the signal, `INTERNAL` when the thread dies
 */
export async function readInWorker(request: ReadRequest, options: ReadOptions = {}): Promise<ReadMessage> {
  const { signal, onProgress } = options;
  throwIfAborted(signal);
  const worker = takeWorker();
  const { promise, resolve, reject } = Promise.withResolvers<ReadMessage>();
  const onMessage = (message: ReadMessage): void => {
    if (message.type === 'progress') onProgress?.(message.progress);
    else if (message.type === 'wants-listing') void listFor(worker, request, signal);
    else if (message.type === 'error') reject(revived(message));
    else resolve(message);
  };
  const onError = (cause: unknown): void => reject(died(request, cause));
  const onExit = (): void => reject(died(request, undefined));
  const onAbort = (): void => reject(cancelled(request.path));
  signal?.addEventListener('abort', onAbort);
  worker.on('message', onMessage);
  worker.on('error', onError);
  worker.on('exit', onExit);
  let answer: ReadMessage | undefined;
  try {
    worker.postMessage(request);
    answer = await promise;
    return answer;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    worker.off('message', onMessage);
    worker.off('error', onError);
    worker.off('exit', onExit);
    if (answer !== undefined) await giveBack(worker, isLight(answer));
    else await worker.terminate();
  }
}

/** Lists in another thread while this one reads; an answer that comes too late finds nobody. */
async function listFor(worker: Worker, request: ReadRequest, signal: AbortSignal | undefined): Promise<void> {
  try {
    const answer = await readInWorker({ ...request, task: 'list' }, { signal });
    if (answer.type !== 'listing') throw new CacheError('INTERNAL', `an answer of type ${answer.type}`);
    const reply: ListingReply = { listing: answer.listing };
    worker.postMessage(reply, listingBuffers(answer.listing));
  } catch (error) {
    const reply: ListingReply = {
      listingError: toCacheError(error, request.path).toJSON(),
      stack: error instanceof Error ? error.stack : undefined,
    };
    worker.postMessage(reply);
  }
}

/** The error as it was in the thread; its stack there is the cause. */
function revived({ error, stack }: Extract<ReadMessage, { type: 'error' }>): CacheError {
  return CacheError.fromData(error, error.code === 'INTERNAL' ? new Error(stack) : undefined);
}

/** Codes of a thread that could not be started: it opens files for that, of which a process may have few. */
const NOT_STARTED = ['EMFILE', 'ENFILE', 'ERR_INVALID_PACKAGE_CONFIG', 'ERR_WORKER_INIT_FAILED'];

/** A thread that could not be started, or ran out of memory, says so by an error with a code. */
function died(request: ReadRequest, cause: unknown): CacheError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (NOT_STARTED.includes(code)) {
    const hint = 'Raise the limit of open files: ulimit -n 1024.';
    return new CacheError('UNAVAILABLE', 'No thread could be started to read this cache.', {
      subject: request.path,
      hint,
      cause,
    });
  }
  const outOfMemory = code === 'ERR_WORKER_OUT_OF_MEMORY';
  return new CacheError(
    outOfMemory ? 'UNAVAILABLE' : 'INTERNAL',
    outOfMemory ? 'There is not enough memory to read this cache.' : 'The thread that reads the cache ended.',
    { subject: request.path, cause, ...(outOfMemory ? { hint: 'Close other programs, or open it elsewhere.' } : {}) },
  );
}
