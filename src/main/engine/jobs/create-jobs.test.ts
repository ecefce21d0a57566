import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { CacheError, throwIfAborted } from '../../../shared/base/errors.ts';
import type { Job, JobResult } from '../../../shared/model/job.ts';
import type { AuditLog } from '../ports/app-state.ts';
import type { JobContext, JobSpec } from '../ports/jobs.ts';
import { createHandClock, createMemoryAudit, createMemoryReports } from '../testing/stand-ins.ts';
import { createJobs } from './create-jobs.ts';

const emptied: JobResult = { kind: 'empty-trash', blobs: 2, bytes: 2048 };

function setUp(audit: AuditLog = createMemoryAudit()) {
  const clock = createHandClock();
  const reports = createMemoryReports();
  return { clock, audit, reports, jobs: createJobs({ clock, audit, reports }) };
}

/** A job that waits until the test lets it go on, or until it is cancelled. */
function createHeld(spec: Partial<JobSpec> = {}) {
  const started = Promise.withResolvers<JobContext>();
  const gate = Promise.withResolvers<void>();
  const held: JobSpec = {
    kind: 'empty-trash',
    title: 'Held',
    async run(context) {
      started.resolve(context);
      context.signal.addEventListener('abort', () => gate.resolve());
      await gate.promise;
      throwIfAborted(context.signal);
      return emptied;
    },
    ...spec,
  };
  return { spec: held, started: started.promise, release: gate.resolve };
}

describe('jobs', () => {
  it('runs a job to its result, with a log and without an audit entry when it only reads', async () => {
    const { jobs, audit } = setUp();
    const id = jobs.start({
      kind: 'empty-trash',
      title: 'Empty',
      run: async ({ log }) => {
        log('one line');
        return emptied;
      },
    });
    const job = await jobs.finished(id);
    expect(job).toMatchObject({ id, title: 'Empty', state: 'done', result: emptied, endedAt: job.startedAt });
    expect(jobs.log(id).map((line) => line.text)).toEqual(['one line', '2 blobs deleted (2.00 KiB)']);
    expect(audit.list(10)).toEqual([]);
  });

  it.each([
    ['done', async () => emptied, '2 blobs deleted (2.00 KiB)'],
    [
      'failed',
      async () => {
        throw new CacheError('NO_SPACE', 'The disk is full.', { subject: '/store', hint: 'Free some.' });
      },
      'The disk is full. · /store · Free some.',
    ],
  ] as const)(
    'leaves an audit entry for a change that is %s',
    async (outcome, run: () => Promise<JobResult>, detail) => {
      const { jobs, audit, clock } = setUp();
      const spec: JobSpec = { kind: 'empty-trash', title: 'Empty', mutates: '/store', run };
      await jobs.finished(jobs.start(spec));
      expect(audit.list(10)).toEqual([{ at: clock.now(), action: 'empty-trash', subject: '/store', outcome, detail }]);
    },
  );

  it('cancels: the signal fires, the job ends as cancelled, the audit entry says so', async () => {
    const { jobs, audit } = setUp();
    const held = createHeld({ mutates: '/store' });
    const id = jobs.start(held.spec);
    await held.started;
    await jobs.cancel(id);
    expect(jobs.get(id)).toMatchObject({ state: 'cancelled' });
    expect(jobs.get(id).error).toBeUndefined();
    expect(audit.list(10)).toMatchObject([{ outcome: 'cancelled' }]);
  });

  it('answers a cancel although the job does not heed it, and the job goes on', async () => {
    const { jobs, clock } = setUp();
    const gate = Promise.withResolvers<void>();
    const id = jobs.start({ kind: 'empty-trash', title: 'Deaf', run: () => gate.promise.then(() => emptied) });
    const answered = jobs.cancel(id);
    clock.advance(10_000);
    await answered;
    expect(clock.waits()).toEqual([]);
    expect(jobs.get(id).state).toBe('running');
    gate.resolve();
    expect((await jobs.finished(id)).state).toBe('done');
  });

  it('keeps the error of a job that fails while it is being cancelled', async () => {
    const { jobs } = setUp();
    const held = createHeld({
      run: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new CacheError('CORRUPT', 'Damaged.')));
        }),
    });
    const id = jobs.start(held.spec);
    await jobs.cancel(id);
    expect(jobs.get(id)).toMatchObject({ state: 'failed', error: { code: 'CORRUPT' } });
  });

  it('shows nothing of a bug but a number, under which the report has it', async () => {
    const { jobs, reports } = setUp();
    const bug = new TypeError('secret of the inside');
    const spec: JobSpec = { kind: 'verify', title: 'Bug', run: () => Promise.reject(bug) };
    const job = await jobs.finished(jobs.start(spec));
    expect(job.error?.code).toBe('INTERNAL');
    expect(JSON.stringify(job)).not.toContain('secret');
    expect(reports.reports).toEqual([{ id: expect.any(String), error: bug }]);
    expect(job.error?.hint).toContain(reports.reports[0]?.id);
  });

  it('does not turn work that was done into a failure when the audit log cannot be written', async () => {
    const { jobs } = setUp({
      append: () => {
        throw Object.assign(new Error('disk'), { code: 'ENOSPC' });
      },
      list: () => [],
    });
    const id = jobs.start({ kind: 'empty-trash', title: 'Empty', mutates: '/store', run: async () => emptied });
    expect((await jobs.finished(id)).state).toBe('done');
    expect(jobs.log(id).at(-1)?.text).toContain('audit log');
  });

  it('runs changes of one store one after the other, of two stores at once, and never holds up a reader', async () => {
    const { jobs } = setUp();
    const first = createHeld({ mutates: '/store' });
    const second = createHeld({ mutates: '/store' });
    const ids = [jobs.start(first.spec), jobs.start(second.spec)] as const;
    await first.started;
    expect(jobs.get(ids[1]).progress.phase).toBe('waiting');
    const other = createHeld({ mutates: '/other' });
    const reader = createHeld();
    jobs.start(other.spec);
    jobs.start(reader.spec);
    await Promise.all([other.started, reader.started]);
    first.release();
    await second.started;
    expect(jobs.get(ids[0]).state).toBe('done');
    for (const held of [second, other, reader]) held.release();
    await jobs.finished(ids[1]);
  });

  it('cancels a job that still waits for its turn, without running it', async () => {
    const { jobs } = setUp();
    const first = createHeld({ mutates: '/store' });
    jobs.start(first.spec);
    let ran = false;
    const waiting = jobs.start({
      kind: 'empty-trash',
      title: 'Waiting',
      mutates: '/store',
      run: async () => {
        ran = true;
        return emptied;
      },
    });
    await jobs.cancel(waiting);
    expect(jobs.get(waiting).state).toBe('cancelled');
    first.release();
    await first.started;
    expect(ran).toBe(false);
  });

  it('runs a failed job again as a new one, and refuses one that is done', async () => {
    const { jobs } = setUp();
    let tries = 0;
    const id = jobs.start({
      kind: 'empty-trash',
      title: 'Second time lucky',
      run: async () => {
        tries += 1;
        if (tries === 1) throw new CacheError('UNAVAILABLE', 'Not now.');
        return emptied;
      },
    });
    await jobs.finished(id);
    const again = await jobs.retry(id);
    expect(again).not.toBe(id);
    expect((await jobs.finished(again)).state).toBe('done');
    await expect(jobs.retry(again)).rejects.toMatchObject({ code: 'CONFLICT', subject: again });
  });

  it('names a job that is not there', async () => {
    const { jobs } = setUp();
    expect(() => jobs.get('nobody')).toThrow(expect.objectContaining({ code: 'NOT_FOUND', subject: 'nobody' }));
    await expect(jobs.cancel('nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(() => jobs.watch({ jobId: 'nobody' })).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('lists the newest first and clears what is over', async () => {
    const { jobs } = setUp();
    const held = createHeld();
    const done = jobs.start({ kind: 'empty-trash', title: 'Done', run: async () => emptied });
    await jobs.finished(done);
    const running = jobs.start(held.spec);
    expect(jobs.list().map((job) => job.id)).toEqual([running, done]);
    jobs.clear();
    expect(jobs.list().map((job) => job.id)).toEqual([running]);
    held.release();
    await jobs.finished(running);
  });

  it('watches one job from what it is to its end', async () => {
    const { jobs, clock } = setUp();
    const held = createHeld();
    const id = jobs.start(held.spec);
    const context = await held.started;
    const states: Pick<Job, 'state' | 'progress'>[] = [];
    const watching = (async () => {
      for await (const batch of jobs.watch({ jobId: id })) {
        for (const { state, progress } of batch) states.push({ state, progress });
        if (states.length === 1) {
          for (let done = 1; done <= 5000; done += 1) {
            clock.advance(1);
            context.progress({ phase: 'deleting', done, total: 5000, unit: 'blobs' });
          }
          held.release();
        }
      }
    })();
    await watching;
    expect(states[0]).toMatchObject({ state: 'running', progress: { phase: 'starting' } });
    expect(states.at(-1)).toMatchObject({ state: 'done', progress: { done: 5000, rate: 1000, leftMs: 0 } });
    expect(states.length).toBeLessThan(5);
  });

  it('leaks no watcher: not by break, not by signal, not by a stream that nobody reads', async () => {
    const { jobs } = setUp();
    const controller = new AbortController();
    const { signal } = controller;
    const listeners = (): number => getEventListeners(signal, 'abort').length;
    const held = createHeld();
    const id = jobs.start(held.spec);
    await held.started;
    for (let i = 0; i < 100; i += 1) {
      for await (const _ of jobs.watch({ signal })) break;
      jobs.watch({ signal, jobId: id });
    }
    expect(listeners()).toBe(0);
    const stream = jobs.watch({ signal });
    await stream.next();
    const waiting = stream.next();
    expect(listeners()).toBe(1);
    controller.abort();
    expect((await waiting).done).toBe(true);
    expect(listeners()).toBe(0);
    held.release();
  });

  it('cancels everything when the engine stops', async () => {
    const { jobs } = setUp();
    const held = createHeld();
    const id = jobs.start(held.spec);
    await held.started;
    await jobs[Symbol.asyncDispose]();
    expect(jobs.get(id).state).toBe('cancelled');
  });
});
