import { expect, it } from 'vitest';
import type { EngineClient } from '../../../shared/contract/index.ts';
import type { Job } from '../../../shared/model/job.ts';
import { reportRunningJobs } from './report-jobs.ts';

const job = (id: string, kind: Job['kind'], state: Job['state']): Job => ({
  id,
  kind,
  state,
  title: `${kind} ${id}`,
  progress: { phase: 'x', done: 0, unit: 'blobs' },
  startedAt: 0,
});

it('reports which jobs run whenever that changes, and leaves out the reading of sources', async () => {
  async function* watch(): AsyncGenerator<Job[]> {
    yield [job('1', 'open', 'running'), job('2', 'verify', 'done')];
    yield [job('3', 'verify', 'running')];
    yield [job('3', 'verify', 'running')];
    yield [job('4', 'prune', 'running'), job('1', 'open', 'done')];
    yield [job('3', 'verify', 'cancelled')];
    yield [job('4', 'prune', 'failed')];
  }
  const reports: (readonly string[])[] = [];
  const client = { jobs: { watch: async () => watch() } } as unknown as EngineClient;
  await reportRunningJobs(client, (titles) => reports.push(titles));
  expect(reports).toEqual([['verify 3'], ['verify 3', 'prune 4'], ['prune 4'], []]);
});
