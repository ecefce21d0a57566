import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PROJECT_FOLDER } from '../places.ts';
import { createWorkspace, fixture, type Workspace } from './testing/workspace.ts';

let work: Workspace;
beforeAll(async () => {
  work = await createWorkspace();
});
afterAll(() => work.remove());

/** With fewer than these Node cannot load its own modules. */
const LEAST = 24;

it('asks for more descriptors wherever they run out, and is right where they are enough', { timeout: 240_000 }, () => {
  const program = join(PROJECT_FOLDER, 'bin/cachewright.js');
  const codes = [LEAST, 30, 31, 32, 64].map((limit) => {
    const { status, stderr } = spawnSync(
      'bash',
      ['-c', `ulimit -n ${limit}; exec "$0" "$@"`, process.execPath, program, 'verify', fixture('sample')],
      { env: { ...process.env, ...work.environment }, encoding: 'utf8' },
    );
    const line = /^\d+: UNAVAILABLE.* \(Raise the limit of open files: ulimit -n 1024\.\)\n$/;
    if (status !== 0) expect(`${limit}: ${stderr}`).toMatch(line);
    return status;
  });
  expect([codes[0], codes.at(-1)]).toEqual([3, 0]);
});
