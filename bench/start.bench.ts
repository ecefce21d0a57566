import { strictEqual } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildCli } from '../scripts/build.ts';
import { PROJECT_FOLDER } from '../src/main/hosts/places.ts';
import { runBench } from './harness.ts';

// How long the command line takes to say something, as a shell starts it, against Node doing nothing.

interface Prepared {
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const run = promisify(execFile);
const PROGRAM = join(PROJECT_FOLDER, 'bin/cachewright.js');
const SAMPLE = join(PROJECT_FOLDER, 'fixtures/sample');

/** What is run, its goal (times of Node alone, the other way round), and what its answer must hold. */
const RUNS = [
  ['start-version', ['--version'], 1 / 1.5, '.'],
  ['start-help', ['--help'], 1 / 1.5, 'Usage: cachewright'],
  ['start-inspect', ['inspect', SAMPLE, '--json'], 1 / 4, '"records"'],
] as const;

for (const [name, args, goal, word] of RUNS) {
  await runBench<Prepared, string, string>({
    name,
    what: `cachewright ${args.map((arg) => (arg === SAMPLE ? 'sample' : arg)).join(' ')}, built and run before`,
    goal,
    rounds: 41,
    isElsewhere: true,
    async prepare(folder) {
      await buildCli('warn');
      return {
        environment: {
          ...process.env,
          CACHEWRIGHT_STATE_DIR: join(folder, 'state'),
          CACHEWRIGHT_CACHE_DIR: join(folder, 'cache'),
        },
      };
    },
    ours: {
      name: 'cachewright',
      run: async ({ environment }) => (await run(process.execPath, [PROGRAM, ...args], { env: environment })).stdout,
    },
    peer: {
      name: 'node -e 0',
      run: async ({ environment }) => (await run(process.execPath, ['-e', '0'], { env: environment })).stdout,
    },
    check(ours, peer) {
      strictEqual(ours.includes(word), true);
      strictEqual(peer, '');
    },
  });
}
