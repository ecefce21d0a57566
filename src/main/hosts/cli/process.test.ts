import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUILT, PROJECT_FOLDER } from '../places.ts';
import { editLayout } from './testing/edit-layout.ts';
import { createWorkspace, fixture, type Workspace } from './testing/workspace.ts';

// The program itself, as a shell starts it.

const PROGRAM = join(PROJECT_FOLDER, 'bin/cachewright.js');

let work: Workspace;
beforeAll(async () => {
  work = await createWorkspace();
});
afterAll(() => work.remove());

function start(
  args: readonly string[],
  command = [process.execPath, join(PROJECT_FOLDER, 'bin/cachewright.js')],
  environment: Readonly<Record<string, string>> = {},
) {
  const [program = '', ...first] = command;
  return spawn(program, [...first, ...args], {
    env: { ...process.env, ...work.environment, DISPLAY: '', WAYLAND_DISPLAY: '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function end(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  const text = { out: '', err: '' };
  child.stdout?.on('data', (chunk) => {
    text.out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    text.err += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...text };
}

it('prints help without starting an engine', async () => {
  const { code, out } = await end(start(['--help']));
  expect([code, out.startsWith('Usage: cachewright')]).toEqual([0, true]);
  expect(await readdir(work.folder)).not.toContain('state');
});

it('answers, and ends by itself', async () => {
  const { code, out, err } = await end(start(['inspect', fixture('sample'), '--json']));
  expect([code, err]).toEqual([0, '']);
  expect(JSON.parse(out).totals.records).toBe(24);
});

it.each([
  [2, ['keys']],
  [3, ['inspect', '/nonexistent']],
])('exits with %i', async (status, args) => {
  const { code, out, err } = await end(start(args));
  expect([code, out]).toEqual([status, '']);
  expect(err).not.toContain('    at ');
});

it('stops in silence when the reader goes away', async () => {
  const script = 'set -o pipefail; "$0" "$1" keys "$2" --json | head -c 1';
  const program = join(PROJECT_FOLDER, 'bin/cachewright.js');
  const child = spawn('bash', ['-c', script, process.execPath, program, fixture('sample')], {
    env: { ...process.env, ...work.environment },
  });
  expect(await end(child)).toEqual({ code: 0, out: '[', err: '' });
});

it('says why it failed in its exit status, also where nobody reads what it says', async () => {
  const script = 'set -o pipefail; "$0" "$1" inspect /nonexistent 2>&1 | true';
  const { code } = await end(start([], ['bash', '-c', script, process.execPath, PROGRAM]));
  expect(code).toBe(3);
});

it.runIf(existsSync('/dev/full'))('does not pass off as done what a full disk has cut off', async () => {
  const script = '"$0" "$1" keys "$2" --json > /dev/full';
  const { code, err } = await end(start([], ['bash', '-c', script, process.execPath, PROGRAM, fixture('sample')]));
  expect([code, err]).toEqual([4, expect.stringMatching(/^NO_SPACE standard output: .*\n$/)]);
});

it('leaves nothing behind when it is interrupted, and says 130', async () => {
  const folder = await work.copy('sample', 'large');
  await editLayout(folder, (config) => {
    const result = config.records.find((record) => record.layers)?.layers ?? [];
    for (let n = 0; n < 150_000; n += 1) {
      config.records.push({ digest: `sha256:${n.toString(16).padStart(64, '0')}`, layers: result });
    }
  });
  const filesOf = async (path: string): Promise<string[]> =>
    (await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  const catalogs = work.path('cache/commands');
  const before = await filesOf(catalogs);
  const folders = await readdir(catalogs).catch(() => []);
  const child = start(['inspect', folder]);
  const ended = end(child);
  // It has begun to write its catalog.
  await expect
    .poll(async () => (await readdir(catalogs).catch(() => [])).length, { timeout: 40_000 })
    .toBeGreaterThan(folders.length);
  child.kill('SIGINT');
  const { code, out, err } = await ended;
  expect([code, out]).toEqual([130, '']);
  expect(err).toMatch(/^CANCELLED /);
  expect(await filesOf(catalogs)).toEqual(before);
});

it('works while other runs do', async () => {
  const runs = [1, 2, 3].map(() => end(start(['keys', fixture('sample'), '--jsonl'])));
  const [first, ...others] = await Promise.all(runs);
  expect(first?.out.split('\n')).toHaveLength(25);
  for (const other of others) expect(other).toEqual(first);
});

it('inspects where no home can be written to, says so once, and leaves nothing behind', async () => {
  const temporary = work.path('tmp');
  await mkdir(temporary);
  const child = spawn(process.execPath, [PROGRAM, 'inspect', fixture('sample'), '--json'], {
    env: { PATH: process.env.PATH, HOME: '/proc/none', TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { code, out, err } = await end(child);
  expect([code, JSON.parse(out).totals.records]).toEqual([0, 24]);
  expect(err).toMatch(/^Warning: \/proc\/none\/\S+ cannot be written to: nothing is remembered of this command\.\n$/);
  const left = await readdir(temporary, { recursive: true, withFileTypes: true });
  expect(left.filter((entry) => entry.isFile())).toEqual([]);
});

const built = existsSync(join(PROJECT_FOLDER, BUILT.rendererPage));
if (!built) process.stdout.write('skipped: serving the window needs "npm run build" first\n');

/** The address that a program prints first. */
function addressOf(child: ReturnType<typeof start>): Promise<URL> {
  return new Promise((resolve, reject) => {
    child.stdout.once('data', (chunk) => resolve(new URL(String(chunk).trim())));
    child.once('close', (code) => reject(new Error(`ended with ${code}`)));
  });
}

it.skipIf(!built)('serves the window until it is told to stop', async () => {
  const child = start(['serve', '--ui']);
  const ended = end(child);
  const address = await addressOf(child);
  expect(address.href).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/login\?code=[\w-]{43}$/);
  const login = await fetch(address, { redirect: 'manual' });
  expect(login.status).toBe(303);
  const page = await fetch(new URL('/', address), {
    headers: { cookie: login.headers.get('set-cookie')?.split(';')[0] ?? '' },
  });
  expect(await page.text()).toContain('csp-nonce');
  child.kill('SIGTERM');
  expect((await ended).code).toBe(0);
});

it.skipIf(!built)('opens the window on a source', async () => {
  const child = start(['open', fixture('sample')]);
  const ended = end(child);
  const login = await fetch(await addressOf(child), { redirect: 'manual' });
  expect(login.headers.get('location')).toMatch(/^\/sources\/[^/]+\/overview$/);
  child.kill('SIGINT');
  expect((await ended).code).toBe(0);
});

const hasDesktop = built && existsSync(join(PROJECT_FOLDER, BUILT.electronMain)) && process.platform === 'linux';

it.skipIf(!hasDesktop)('says why and goes on in the browser where Electron crashes at its start', async () => {
  const dist = work.path('crashing');
  await mkdir(dist);
  // As Chromium does where it finds no sandbox to run in.
  await writeFile(join(dist, 'electron'), '#!/bin/sh\nulimit -c 0; kill -TRAP $$\n', { mode: 0o755 });
  const display = { DISPLAY: ':99', CI: '', SSH_CONNECTION: '', SSH_TTY: '' };
  // No browser opens from a test.
  const child = start(['open', fixture('sample')], undefined, {
    ...display,
    BROWSER: 'true',
    ELECTRON_OVERRIDE_DIST_PATH: dist,
  });
  const ended = end(child);
  const login = await fetch(await addressOf(child), { redirect: 'manual' });
  expect(login.headers.get('location')).toMatch(/^\/sources\/[^/]+\/overview$/);
  child.kill('SIGINT');
  const { code, err } = await ended;
  expect([code, err]).toEqual([0, expect.stringMatching(/^Electron (cannot start|ended at once)/)]);
});

it('opens no window on what is no source', async () => {
  const { code, out, err } = await end(start(['open', work.path('nothing')]));
  expect([code, out]).toEqual([3, '']);
  expect(err).toMatch(/^NOT_FOUND .*nothing: /);
});
