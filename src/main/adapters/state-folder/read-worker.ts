/** The thread that reads state folders: it waits for the disk and parses, so that the engine's event loop does neither. */
import { parentPort, workerData } from 'node:worker_threads';
import { type CacheErrorData, toCacheError } from '../../../shared/base/errors.ts';
import type { ReadProgress, SourceSnapshot } from '../../engine/ports/cache-source.ts';
import { readFingerprint, readState } from './read-state.ts';

/** A task: one for each thread. */
export interface ReadRequest {
  readonly root: string;
  readonly task: 'read' | 'fingerprint';
}

/** What the thread says; the last message is an answer or an error. */
export type ReadMessage =
  | { readonly type: 'progress'; readonly progress: ReadProgress }
  | { readonly type: 'snapshot'; readonly snapshot: SourceSnapshot }
  | { readonly type: 'fingerprint'; readonly fingerprint: string }
  | { readonly type: 'error'; readonly error: CacheErrorData; readonly stack: string | undefined };

function send(message: ReadMessage): void {
  parentPort?.postMessage(message);
}

async function run({ root, task }: ReadRequest): Promise<void> {
  if (task === 'fingerprint') send({ type: 'fingerprint', fingerprint: readFingerprint(root) });
  else send({ type: 'snapshot', snapshot: await readState(root, (progress) => send({ type: 'progress', progress })) });
}

const request = workerData as ReadRequest;
run(request).catch((thrown: unknown) => {
  const error = toCacheError(thrown, request.root);
  send({ type: 'error', error: error.toJSON(), stack: thrown instanceof Error ? thrown.stack : undefined });
});
