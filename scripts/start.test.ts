import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_FOLDER } from '../src/main/hosts/places.ts';

// `npm start` as a person runs it, on machines with and without a display and Electron.

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cachewright-start-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const LEFT_OUT = ['DISPLAY', 'WAYLAND_DISPLAY', 'WSL_DISTRO_NAME', 'CI', 'SSH_CONNECTION', 'SSH_TTY'];

function start(environment: Readonly<Record<string, string>>): { child: ChildProcess; text: () => string } {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !LEFT_OUT.includes(name)));
  const child = spawn(process.execPath, [join(PROJECT_FOLDER, 'scripts/start.js')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...inherited,
      CACHEWRIGHT_STATE_DIR: join(folder, 'state'),
      CACHEWRIGHT_CACHE_DIR: join(folder, 'cache'),
      // Nothing is fetched, and no browser opens, from a test.
      ELECTRON_MIRROR: 'http://127.0.0.1:1/',
      electron_config_cache: join(folder, 'electron'),
      BROWSER: 'true',
      ...environment,
    },
  });
  let seen = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      seen += chunk;
    });
  }
  return { child, text: () => seen };
}

const ended = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.once('close', resolve));

describe.skipIf(process.platform !== 'linux')('npm start', () => {
  it.each([
    ['prints the address where there is no display', {}, /There is no display here: .*\n/],
    [
      'opens the browser where Electron cannot be fetched',
      { DISPLAY: ':99' },
      /Fetching Electron.*\nElectron could not be fetched: .*\n/,
    ],
  ])('%s, on the sample cache', async (_name, environment, words) => {
    const { child, text } = start(environment);
    const closed = ended(child);
    await expect.poll(text, { timeout: 60_000 }).toMatch(/http:\S+\n/);
    expect(text()).toMatch(words);
    const address = new URL(/http:\S+/.exec(text())?.[0] ?? '');
    const login = await fetch(address, { redirect: 'manual' });
    expect(login.headers.get('location')).toMatch(/^\/(sources\/[^/]+\/overview)?$/);
    child.kill('SIGTERM');
    expect(await closed).toBe(0);
  });

  it('runs Electron where it is there, and ends with it', async () => {
    const dist = join(folder, 'dist');
    await mkdir(dist);
    await writeFile(join(dist, 'electron'), `#!/bin/sh\necho "$@" > "${dist}/started"\nexit 7\n`);
    await chmod(join(dist, 'electron'), 0o755);
    const { child } = start({ DISPLAY: ':99', ELECTRON_OVERRIDE_DIST_PATH: dist });
    expect(await ended(child)).toBe(7);
    expect(await readFile(join(dist, 'started'), 'utf8')).toMatch(/^(--no-sandbox )?\/.*\n$/);
  });

  it('says why and goes on in the browser where Electron crashes at once', async () => {
    const dist = join(folder, 'crashing');
    await mkdir(dist);
    // As Chromium does where it finds no sandbox to run in.
    await writeFile(join(dist, 'electron'), '#!/bin/sh\nulimit -c 0; kill -TRAP $$\n');
    await chmod(join(dist, 'electron'), 0o755);
    const { child, text } = start({ DISPLAY: ':99', ELECTRON_OVERRIDE_DIST_PATH: dist });
    const closed = ended(child);
    await expect.poll(text, { timeout: 60_000 }).toMatch(/http:\S+\n/);
    expect(text()).toMatch(/Electron (cannot start|ended at once).*\nThe window opens in your browser instead/);
    child.kill('SIGTERM');
    expect(await closed).toBe(0);
  });
});
