import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeEngine } from '../../compose.ts';
import { PROJECT_FOLDER } from '../../places.ts';
import { type CliRun, type CliRunOptions, runInProcess } from './run-in-process.ts';

/** A folder of one test with its own program state, and the command line over the real engine. */
export interface Workspace {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  path(...parts: string[]): string;
  /** Copies a fixture into the folder, so that it may be changed; the copy's path. */
  copy(fixture: string, as: string): Promise<string>;
  run(...args: string[]): Promise<CliRun>;
  runWith(options: CliRunOptions, ...args: string[]): Promise<CliRun>;
  /** A run that must end with 0 and say nothing on standard error; its JSON. */
  json<T>(...args: string[]): Promise<T>;
  remove(): Promise<void>;
}

/** A fixture as it lies in the project, for reading only. */
export function fixture(name: string): string {
  return join(PROJECT_FOLDER, 'fixtures', name);
}

/** @param more variables of the environment beside those of the program's own folders */
export async function createWorkspace(more: Readonly<Record<string, string>> = {}): Promise<Workspace> {
  const folder = await mkdtemp(join(tmpdir(), 'cachewright-cli-'));
  const environment = {
    ...more,
    CACHEWRIGHT_STATE_DIR: join(folder, 'state'),
    CACHEWRIGHT_CACHE_DIR: join(folder, 'cache'),
  };
  const runWith = (options: CliRunOptions, ...args: string[]): Promise<CliRun> =>
    runInProcess(args, {
      startEngine: (host, keepsCatalogs) => composeEngine({ host, environment, keepsCatalogs }),
      ...options,
    });
  return {
    folder,
    environment,
    path: (...parts) => join(folder, ...parts),
    async copy(name, as) {
      const to = join(folder, as);
      await cp(fixture(name), to, { recursive: true });
      return to;
    },
    run: (...args) => runWith({}, ...args),
    runWith,
    async json<T>(...args: string[]): Promise<T> {
      const { code, out, err } = await runWith({}, ...args, '--json');
      if (code !== 0 || err !== '') throw new Error(`exit ${code}: ${err}`);
      return JSON.parse(out) as T;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
