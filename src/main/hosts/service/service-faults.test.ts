import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { freePorts } from '../../testing/free-port.ts';
import { PROJECT_FOLDER } from '../places.ts';
import { startRunningService } from './testing/running-service.ts';

const folder = mkdtempSync(join(tmpdir(), 'cachewright-service-faults-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

test('a request that goes silent is ended, and nothing of it is stored', async () => {
  await using service = await startRunningService({ idleMs: 200 });
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  socket.write(
    'POST /records HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 1000\r\n\r\n{"CacheKeys":[{"ID":"k","Results":[{"ID":"r"}]}',
  );
  const answer = await new Promise<string>((resolve) => {
    let text = '';
    socket.on('data', (data) => (text += data)).once('close', () => resolve(text));
  });
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(answer).toContain('Nothing was stored');
  expect(await (await fetch(`${service.url}/metrics`)).text()).toMatch(/^cachewright_service_results 0$/m);
});

describe('mutual TLS', () => {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const pem = (name: string) => readFileSync(join(folder, name), 'utf8');
  function authority(name: string): void {
    openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
    );
  }
  function certificate(name: string, ca: string): void {
    openssl(
      'req',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
    );
    writeFileSync(join(folder, 'names'), 'subjectAltName=IP:127.0.0.1');
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      `${ca}.pem`,
      '-CAkey',
      `${ca}.key`,
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      'names',
      '-out',
      `${name}.pem`,
    );
  }

  test('only who shows a certificate of the authority is answered', async () => {
    for (const ca of ['ours', 'theirs']) authority(ca);
    certificate('server', 'ours');
    certificate('builder', 'ours');
    certificate('stranger', 'theirs');
    await using service = await startRunningService({
      tlsCert: join(folder, 'server.pem'),
      tlsKey: join(folder, 'server.key'),
      tlsClientCa: join(folder, 'ours.pem'),
    });
    const status = (client?: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const own = client === undefined ? {} : { cert: pem(`${client}.pem`), key: pem(`${client}.key`) };
        const sent = request(`${service.url}/healthz`, { ca: pem('ours.pem'), agent: false, ...own }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        sent.on('error', reject).end();
      });
    expect(service.url).toMatch(/^https:/);
    expect(await status('builder')).toBe(200);
    await expect(status()).rejects.toThrow();
    await expect(status('stranger')).rejects.toThrow();
  });
});

test('a service that is killed in the middle of updates has afterwards what one has that was not', async () => {
  const [port = 0] = await freePorts(1);
  const seed = Math.floor(Math.random() * 2 ** 31);
  const delayMs = 20 + (seed % 300);
  process.stdout.write(`killed service: seed ${seed}, after ${delayMs} ms\n`);
  const own = join(folder, 'killed');
  const url = `http://127.0.0.1:${port}`;
  async function start(): Promise<ChildProcess> {
    const args = [
      'serve',
      '--service',
      '--store',
      join(own, 'layers'),
      '--state',
      `sqlite:${join(own, 'state.sqlite')}`,
    ];
    const child = spawn(
      process.execPath,
      [join(PROJECT_FOLDER, 'src/main/hosts/cli/main.ts'), ...args, '--port', String(port)],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
        env: { ...process.env, CACHEWRIGHT_STATE_DIR: join(own, 'own'), CACHEWRIGHT_CACHE_DIR: join(own, 'cache') },
      },
    );
    await new Promise<void>((resolve, reject) => {
      child.stdout?.once('data', () => resolve());
      child.once('exit', (code) => reject(new Error(`the service ended with ${code}`)));
    });
    return child;
  }
  const ended = (child: ChildProcess) =>
    new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const report = (at: number) =>
    JSON.stringify({
      CacheKeys: Array.from({ length: 300 }, (_, key) => ({
        ID: `k${at}-${key}`,
        Results: [{ ID: `r${at}-${key}`, CreatedAt: '2024-01-02T03:04:05Z', Description: '' }],
      })),
      Links: Array.from({ length: 300 }, (_, key) => ({
        ID: `k${at}-${key}`,
        LinkedID: digestOf('root'),
        Input: 0,
        Digest: digestOf(`${at} ${key}`),
        Selector: '',
      })),
    });
  const post = (to: string, at: number) => fetch(`${to}/records`, { method: 'POST', body: report(at) });
  const known = async (of: string) => {
    const text = await (await fetch(`${of}/metrics`)).text();
    return text.split('\n').filter((line) => /^cachewright_service_(keys|links|results|layers) /.test(line));
  };

  const first = await start();
  const killed = ended(first);
  const answered: number[] = [];
  const posting = (async () => {
    for (let at = 0; at < 200; at += 1) {
      if (!(await post(url, at)).ok) return;
      answered.push(at);
    }
  })().catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  first.kill('SIGKILL');
  await Promise.all([killed, posting]);

  const second = await start();
  const kept = await known(url);
  const results = Number(/results (\d+)/.exec(kept.join('\n'))?.[1]);
  // What was answered is there; an update that was not is there whole or not at all.
  expect([answered.length * 300, answered.length * 300 + 300]).toContain(results);
  const all = answered.length + 1;
  for (let at = 0; at < all; at += 1) expect((await post(url, at)).status).toBe(200);
  await using undisturbed = await startRunningService();
  for (let at = 0; at < all; at += 1) await post(undisturbed.url, at);
  expect(await known(url)).toEqual(await known(undisturbed.url));
  const stopped = ended(second);
  second.kill('SIGTERM');
  expect(await stopped).toBe(0);
});
