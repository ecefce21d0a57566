import { implement } from '@orpc/server';
import { describe, expect, it } from 'vitest';
import type { CacheErrorCode } from '../../../shared/base/errors.ts';
import { contract } from '../../../shared/contract/index.ts';
import type { Job, JobResult } from '../../../shared/model/job.ts';
import type { Source } from '../../../shared/model/source.ts';
import { READ_ONLY_CACHE } from '../../../shared/model/source-abilities.ts';
import { createLocalClient } from '../../engine/local-client.ts';
import type { EngineHandle } from '../engine-handle.ts';
import { runInProcess } from './testing/run-in-process.ts';

const SOURCE: Source = {
  id: 's',
  kind: 'store',
  location: '/store',
  name: 'store',
  state: 'ready',
  can: { ...READ_ONLY_CACHE, prune: 'here' },
  place: { transport: 'store', registry: '', repository: '/store' },
  sample: false,
  caches: [],
  problems: [],
  version: 1,
  openedAt: 0,
};

const job = (change: Partial<Job>): Job => ({
  id: 'j',
  kind: 'undo',
  title: 'Undo in /store',
  state: 'running',
  progress: { phase: 'moving', done: 1, total: 4, unit: 'blobs' },
  startedAt: 0,
  ...change,
});

/**
 * An engine whose opening works and whose undo goes through these states; after them it runs until it is cancelled.
 * `events` is what was asked of it.
 */
function engineOf(states: readonly Job[]) {
  const events: string[] = [];
  let cancelled = (): void => undefined;
  const cancel = new Promise<void>((resolve) => {
    cancelled = resolve;
  });
  const os = implement(contract);
  const opened: JobResult = { kind: 'open', sourceId: 's' };
  const router = {
    sources: {
      open: os.sources.open.handler(() => ({ source: SOURCE, jobId: 'open' })),
      get: os.sources.get.handler(() => SOURCE),
      add: os.sources.add.handler(() => SOURCE),
    },
    prune: {
      undo: os.prune.undo.handler(() => {
        events.push('undo');
        return { jobId: 'j' };
      }),
    },
    jobs: {
      watch: os.jobs.watch.handler(async function* ({ input }) {
        if (input.jobId === 'open') {
          yield [job({ id: 'open', kind: 'open', state: 'done', result: opened })];
          return;
        }
        for (const state of states) yield [state];
        if (states.at(-1)?.state === 'running') {
          events.push('runs');
          await cancel;
          yield [job({ state: 'cancelled' })];
          events.push('ended');
        }
      }),
      cancel: os.jobs.cancel.handler(() => {
        events.push('cancel');
        cancelled();
        return {};
      }),
      log: os.jobs.log.handler(() => [
        { at: 0, text: 'two of four are back' },
        { at: 1, text: 'It stopped.' },
      ]),
    },
  };
  const handle: EngineHandle = {
    router,
    client: createLocalClient({ router } as unknown as Parameters<typeof createLocalClient>[0]),
    [Symbol.asyncDispose]: async () => {
      events.push('disposed');
    },
  };
  return { events, startEngine: async () => handle };
}

const failed = (code: CacheErrorCode): Job =>
  job({ state: 'failed', error: { code, message: 'It stopped.', subject: '/store', hint: 'Run it again.' } });

describe('an action', () => {
  it('that fails part way is exit 4, and says what was done', async () => {
    const { startEngine, events } = engineOf([job({}), failed('NO_SPACE')]);
    const { code, out, err } = await runInProcess(['undo', '/store'], { startEngine });
    expect([code, out]).toEqual([4, '']);
    expect(err).toBe('two of four are back\nNO_SPACE /store: It stopped. (Run it again.)\n');
    expect(events).toEqual(['undo', 'disposed']);
  });

  it('that was asked for wrongly is exit 2', async () => {
    const { startEngine } = engineOf([failed('INVALID_INPUT')]);
    expect((await runInProcess(['undo', '/store'], { startEngine })).code).toBe(2);
  });

  it('shows progress on a terminal, and wipes it before the answer', async () => {
    const result: JobResult = { kind: 'undo', plan: 'p', restoredRecords: 3, restoredBlobs: 4 };
    const { startEngine } = engineOf([job({}), job({ state: 'done', result })]);
    const { code, out, err } = await runInProcess(['undo', '/store'], { startEngine, terminal: 80 });
    expect([code, out]).toEqual([0, '3 records and 4 blobs are back (plan p)\n']);
    expect(err).toBe('\r\x1b[Kmoving  1 of 4 blobs\r\x1b[K');
  });

  it('that is interrupted is cancelled, waited for, and exit 130', async () => {
    const { startEngine, events } = engineOf([job({})]);
    const stop = new AbortController();
    const run = runInProcess(['undo', '/store'], { startEngine, signal: stop.signal });
    await expect.poll(() => events).toContain('runs');
    stop.abort();
    const { code, err } = await run;
    expect(code).toBe(130);
    expect(err).toMatch(/^CANCELLED .*\n$/);
    expect(events).toEqual(['undo', 'runs', 'cancel', 'ended', 'disposed']);
  });

  it('is interrupted before it began, too', async () => {
    const { startEngine, events } = engineOf([job({})]);
    const { code } = await runInProcess(['undo', '/store'], { startEngine, signal: AbortSignal.abort() });
    expect(code).toBe(130);
    expect(events.at(-1)).toBe('disposed');
  });
});
