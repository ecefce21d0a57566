import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { freePorts } from '../../testing/free-port.ts';
import { PROJECT_FOLDER } from '../places.ts';
import { createWorkspace, fixture } from './testing/workspace.ts';

/** Rounds, of which each kills one process at a random moment. */
const ROUNDS = process.env.CACHEWRIGHT_LONG === '1' ? 50 : 1;
const SEED = Number(process.env.SEED ?? Date.now() % 100_000);
/** By then a sync of the sample is over. */
const MOST_MS = 2_500;

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

function start(folder: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [join(PROJECT_FOLDER, 'src/main/hosts/cli/main.ts'), ...args], {
    env: {
      ...process.env,
      CACHEWRIGHT_STATE_DIR: join(folder, 'state'),
      CACHEWRIGHT_CACHE_DIR: join(folder, 'cache'),
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

async function startService(folder: string, port: number): Promise<ChildProcess> {
  const child = start(join(folder, 'service'), [
    'serve',
    '--service',
    '--store',
    join(folder, 'layers'),
    '--state',
    `sqlite:${join(folder, 'service.sqlite')}`,
    '--port',
    String(port),
  ]);
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

test(`a service or a machine that is killed in the middle leaves nothing wrong behind, ${ROUNDS} rounds, seed ${SEED}`, {
  timeout: ROUNDS * 120_000,
}, async () => {
  let seed = SEED;
  const random = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  const work = await createWorkspace();
  folders.push(work.folder);
  const keysOf = async (at: string) => {
    const rows = await work.json<{ digest: string; results: { layers: string[] }[] }[]>('keys', at);
    return rows.map(({ digest, results }) => JSON.stringify([digest, results.map(({ layers }) => layers)])).sort();
  };
  const expected = await keysOf(fixture('sample'));
  for (let round = 0; round < ROUNDS; round += 1) {
    const folder = await mkdtemp(join(tmpdir(), 'cachewright-killed-sync-'));
    folders.push(folder);
    const [port = 0] = await freePorts(1);
    const url = `http://127.0.0.1:${port}`;
    let service = await startService(folder, port);
    try {
      const machine = start(join(folder, 'a'), ['sync', fixture('sample'), '--service', url, '--once']);
      await new Promise((resolve) => setTimeout(resolve, random() * MOST_MS));
      if (round % 2 === 0) {
        await kill(service);
        await kill(machine);
        service = await startService(folder, port);
      } else await kill(machine);
      const again = await work.json<{ importedRecords: number }>('sync', fixture('sample'), '--service', url, '--once');
      expect([round, again.importedRecords]).toEqual([round, expected.length]);
      const store = join(folder, 'team');
      await work.json('sync', fixture('sample'), '--service', url, '--once', '--import-to', store);
      expect([round, await keysOf(store)]).toEqual([round, expected]);
      expect((await work.run('verify', store)).code).toBe(0);
    } finally {
      await kill(service);
    }
  }
});
