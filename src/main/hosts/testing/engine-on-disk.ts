import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { EngineClient } from '../../../shared/contract/index.ts';
import type { Job } from '../../../shared/model/job.ts';
import type { Source } from '../../../shared/model/source.ts';
import { FIXTURES } from '../../engine/testing/real-caches.ts';
import { type ComposeOptions, composeEngine } from '../compose.ts';
import type { EngineHandle } from '../engine-handle.ts';

/** A folder of its own for what the program keeps and for caches that a test may change. Goes with everything in it. */
export interface Disk extends AsyncDisposable {
  readonly folder: string;
  /** An engine whose state is here; stopping it and starting another plays a restart. `more`: of the environment. */
  start(
    host?: 'web' | 'cli',
    more?: Readonly<Record<string, string>>,
    options?: Omit<ComposeOptions, 'host' | 'environment'>,
  ): Promise<EngineHandle>;
  /** A copy of a cache that may be damaged: a fixture's name, or a path. */
  copy(from: string, as?: string): Promise<string>;
  /** Files below the cache folder, relative to it. */
  kept(): Promise<string[]>;
}

/** Makes the folder. */
export async function createDisk(): Promise<Disk> {
  const folder = await mkdtemp(join(tmpdir(), 'cachewright-engine-'));
  const environment = {
    CACHEWRIGHT_STATE_DIR: join(folder, 'state'),
    CACHEWRIGHT_CACHE_DIR: join(folder, 'cache'),
  };
  return {
    folder,
    start: (host = 'web', more = {}, options = {}) =>
      composeEngine({ host, environment: { ...environment, ...more }, ...options }),
    async copy(from, as = 'copy') {
      const target = join(folder, as);
      await cp(resolve(FIXTURES, from), target, { recursive: true, dereference: true });
      return target;
    },
    async kept() {
      const names = await readdir(environment.CACHEWRIGHT_CACHE_DIR, { recursive: true, withFileTypes: true });
      return names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** The job once it is over. */
export async function finished(client: EngineClient, { jobId }: { readonly jobId: string }): Promise<Job> {
  for await (const _ of await client.jobs.watch({ jobId }));
  return client.jobs.get({ jobId });
}

/** Opens a location and waits until it is ready. @throws when it fails */
export async function openReady(client: EngineClient, location: string): Promise<Source> {
  const { source, jobId } = await client.sources.open({ location });
  const job = await finished(client, { jobId });
  if (job.state !== 'done') throw Object.assign(new Error(`opening ended as ${job.state}`), job.error);
  return client.sources.get({ sourceId: source.id });
}
