import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { CacheError, cancelled, throwIfAborted, toCacheError } from '../../../shared/base/errors.ts';
import type { BlobHasher, BlobToHash, HashOptions } from '../../engine/ports/blob-hasher.ts';
import { cutBatches } from './batches.ts';
import type { HashAnswer, HashRequest } from './hash-messages.ts';

/** Batches a thread has at once: one under way, and one so that it never waits for a message. */
const AHEAD = 2;

/** One call of `hashAll`. */
interface Task {
  readonly batches: BlobToHash[][];
  readonly stop: Int32Array<SharedArrayBuffer>;
  readonly options: HashOptions;
  /** Batches that threads have now. */
  underWay: number;
  settle(error?: Error): void;
}

interface Thread {
  readonly worker: Worker;
  /** Tasks of the batches it has, oldest first. */
  readonly has: Task[];
}

/**
 * Hashes in threads, started with the first work and kept until disposed; idle threads do not keep the process alive.
 * Calls share the threads in turn, batch by batch, so that a short one is not stuck behind a long one.
 */
export function createHashPool(options: { readonly threads?: number } = {}): BlobHasher {
  const size = options.threads ?? availableParallelism();
  const threads: Thread[] = [];
  const tasks: Task[] = [];
  let isDisposed = false;

  const remove = (task: Task): void => {
    const index = tasks.indexOf(task);
    if (index >= 0) tasks.splice(index, 1);
  };

  /** The next batch of the task whose turn it is. */
  const nextBatch = (): { task: Task; blobs: BlobToHash[] } | undefined => {
    for (let i = tasks.length; i > 0; i -= 1) {
      const task = tasks.shift();
      if (!task) return undefined;
      tasks.push(task);
      const blobs = task.batches.shift();
      if (blobs) return { task, blobs };
    }
    return undefined;
  };

  const feed = (): void => {
    // Every thread gets its first batch before any gets its second.
    for (let depth = 1; depth <= AHEAD; depth += 1) {
      for (const thread of threads) {
        if (thread.has.length >= depth) continue;
        const next = nextBatch();
        if (!next) return;
        if (thread.has.length === 0) thread.worker.ref();
        thread.has.push(next.task);
        next.task.underWay += 1;
        const request: HashRequest = { blobs: next.blobs, stop: next.task.stop };
        thread.worker.postMessage(request);
      }
    }
  };

  /** Tells the caller; an error of his ends his task and nobody else's. */
  const tell = (task: Task, { bytes, hashes }: HashAnswer): void => {
    try {
      if (bytes > 0) task.options.onBytes?.(bytes);
      if (hashes) task.options.onHashed(hashes);
    } catch (error) {
      task.settle(toCacheError(error));
    }
  };

  const take = (thread: Thread, answer: HashAnswer): void => {
    const task = thread.has[0];
    if (!task) return;
    if (tasks.includes(task)) tell(task, answer);
    if (!answer.hashes) return;
    thread.has.shift();
    task.underWay -= 1;
    if (thread.has.length === 0) thread.worker.unref();
    if (tasks.includes(task) && task.underWay === 0 && task.batches.length === 0) task.settle();
    feed();
  };

  const startThread = (): Thread => {
    const worker = new Worker(new URL('./hash-worker.ts', import.meta.url));
    const thread: Thread = { worker, has: [] };
    worker.unref();
    worker.on('message', (answer: HashAnswer) => take(thread, answer));
    worker.on('error', (error) => {
      threads.splice(threads.indexOf(thread), 1);
      for (const task of new Set(thread.has)) task.settle(error);
      staff();
      feed();
    });
    return thread;
  };

  /** As many threads as there is work for, also after one has died. */
  const staff = (): void => {
    const batches = tasks.reduce((sum, task) => sum + task.batches.length + task.underWay, 0);
    while (threads.length < Math.min(size, batches)) threads.push(startThread());
  };

  return {
    async hashAll(blobs, hashOptions) {
      const { signal } = hashOptions;
      throwIfAborted(signal);
      if (isDisposed) throw new CacheError('UNAVAILABLE', 'The engine is stopping.');
      if (blobs.length === 0) return;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const task: Task = {
        batches: cutBatches(blobs),
        stop: new Int32Array(new SharedArrayBuffer(4)),
        options: hashOptions,
        underWay: 0,
        settle(error) {
          remove(task);
          if (error) {
            Atomics.store(task.stop, 0, 1);
            reject(error);
          } else {
            resolve();
          }
        },
      };
      const onAbort = (): void => task.settle(cancelled());
      signal?.addEventListener('abort', onAbort);
      tasks.push(task);
      staff();
      feed();
      try {
        await promise;
      } finally {
        signal?.removeEventListener('abort', onAbort);
      }
    },
    async [Symbol.asyncDispose]() {
      isDisposed = true;
      for (const task of [...tasks]) task.settle(cancelled());
      await Promise.all(threads.splice(0).map((thread) => thread.worker.terminate()));
    },
  };
}
