import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePorts } from '../../testing/free-port.ts';
import { hasPostgresServer, type PostgresServer, startPostgresServer } from '../../testing/postgres-server.ts';
import { PROJECT_FOLDER } from '../places.ts';
import { startRunningService } from './testing/running-service.ts';

const ROUNDS = process.env.CACHEWRIGHT_LONG === '1' ? 20 : 1;
const SEED = Number(process.env.SEED ?? Date.now() % 100_000);
/** Updates of each client in a round, and keys of an update. */
const UPDATES = 12;
const KEYS = 100;
const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

describe.skipIf(!hasPostgresServer())('two replicas on one Postgres database', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cachewright-replicas-'));
  let server: PostgresServer;
  let said = '';
  const running = new Set<ChildProcess>();
  beforeAll(async () => {
    server = await startPostgresServer();
  });
  afterAll(async () => {
    for (const child of running) child.kill('SIGKILL');
    await server?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A replica by the command line, in a process of its own. */
  async function start(port: number): Promise<ChildProcess> {
    const args = ['serve', '--service', '--store', join(folder, 'layers'), '--state', server.url, '--port', `${port}`];
    const child = spawn(process.execPath, [join(PROJECT_FOLDER, 'src/main/hosts/cli/main.ts'), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, CACHEWRIGHT_STATE_DIR: join(folder, 'own'), CACHEWRIGHT_CACHE_DIR: join(folder, 'cache') },
    });
    running.add(child);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
    await Promise.race([
      once(child.stdout, 'data'),
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`the replica ended with ${code}: ${said}`))),
    ]);
    return child;
  }
  async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const ended = once(child, 'exit');
    child.kill(signal);
    running.delete(child);
    return (await ended)[0];
  }
  const report = (client: string, at: number) =>
    JSON.stringify({
      CacheKeys: Array.from({ length: KEYS }, (_, key) => ({
        // Every second key is one that both clients have.
        ID: `k${at}-${key}-${key % 2 ? client : 'both'}`,
        Results: [{ ID: `r${at}-${key}-${key % 2 ? client : 'both'}`, CreatedAt: '2024-01-02T03:04:05Z' }],
      })),
      Links: Array.from({ length: KEYS }, (_, key) => ({
        ID: `k${at}-${key}-${key % 2 ? client : 'both'}`,
        LinkedID: digestOf('root'),
        Digest: digestOf(`${at} ${key}`),
      })),
    });
  const known = async (url: string) => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return text.split('\n').filter((line) => /^cachewright_service_(keys|links|results|pushed_results) /.test(line));
  };

  test(`when one is killed, clients go on with the other and lose nothing; ${ROUNDS} rounds, seed ${SEED}`, {
    timeout: 60_000 + ROUNDS * 60_000,
  }, async () => {
    const ports = await freePorts(2);
    const urls = ports.map((port) => `http://127.0.0.1:${port}`);
    const [firstPort = 0, secondPort = 0] = ports;
    let first = await start(firstPort);
    const second = await start(secondPort);
    await using undisturbed = await startRunningService();
    let moves = 0;

    /** Sends each update until a replica has taken it: what is not answered by one is sent to the other. */
    async function work(client: string, own: number, round: number): Promise<void> {
      let at = own;
      for (let update = 0; update < UPDATES; update += 1) {
        const body = report(client, round * UPDATES + update);
        const send = () => fetch(`${urls[at % 2]}/records`, { method: 'POST', body }).then((answer) => answer.ok);
        while (!(await send().catch(() => false))) {
          at += 1;
          moves += 1;
        }
      }
    }
    for (let round = 0; round < ROUNDS; round += 1) {
      const working = Promise.all([work('a', 0, round), work('b', 1, round)]);
      await new Promise((resolve) => setTimeout(resolve, (SEED * (round + 1)) % 400));
      await end(first, 'SIGKILL');
      await working;
      for (let update = 0; update < UPDATES; update += 1) {
        for (const client of ['a', 'b']) {
          const body = report(client, round * UPDATES + update);
          expect((await fetch(`${undisturbed.url}/records`, { method: 'POST', body })).status).toBe(200);
        }
      }
      const whole = await known(undisturbed.url);
      expect(await known(urls[1] ?? '')).toEqual(whole);
      first = await start(firstPort);
      expect(await known(urls[0] ?? '')).toEqual(whole);
    }
    process.stdout.write(`replicas: clients moved to the other one ${moves} times\n`);

    // What one of them is given, the other one answers with.
    const layer = 'a layer';
    const digest = digestOf(layer);
    const put = await fetch(`${urls[0]}/layers/${digest}`, { method: 'PUT', body: layer });
    expect(put.status).toBe(201);
    const annotations = { 'containerd.io/uncompressed': digest };
    const Layers = [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest, size: layer.length, annotations }];
    const UpdatedRecords = [{ RecordDigest: digestOf('r0-0-both'), Layers }];
    const pushed = await fetch(`${urls[0]}/layers`, { method: 'POST', body: JSON.stringify({ UpdatedRecords }) });
    expect([pushed.status, await pushed.text()]).toEqual([200, '{}\n']);
    const imports = await Promise.all(urls.map(async (url) => (await fetch(`${url}/import`)).text()));
    expect(imports[1]).toContain(digest);
    expect(imports[0]).toBe(imports[1]);

    // The log and the numbers of either say nothing of the password.
    const seen = said + (await Promise.all(urls.map(async (url) => (await fetch(`${url}/metrics`)).text()))).join('');
    expect(seen).toContain('"event":"listening"');
    expect(seen).not.toContain(server.password);
    expect(seen).not.toContain(encodeURIComponent(server.password));

    await server.crash();
    expect((await fetch(`${urls[0]}/healthz`)).status).toBe(503);
    await server.start();
    expect((await fetch(`${urls[0]}/healthz`)).status).toBe(200);
    expect([await end(first, 'SIGTERM'), await end(second, 'SIGTERM')]).toEqual([0, 0]);
  });
});
