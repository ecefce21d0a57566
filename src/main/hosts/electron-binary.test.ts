import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { downloadElectron, findElectron, runElectron } from './electron-binary.ts';

let project: string;
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'cachewright-electron-'));
  await mkdir(join(project, 'node_modules/electron/dist'), { recursive: true });
});
afterEach(() => rm(project, { recursive: true, force: true }));

const put = (path: string, text: string): Promise<void> => writeFile(join(project, path), text);

describe('finding', () => {
  it('finds nothing where Electron was never fetched', async () => {
    expect(await findElectron(project, {})).toBeUndefined();
  });
  it('finds nothing where the fetch was cut off', async () => {
    await put('node_modules/electron/path.txt', 'electron');
    expect(await findElectron(project, {})).toBeUndefined();
  });
  it('finds what was fetched', async () => {
    await put('node_modules/electron/path.txt', 'electron');
    await put('node_modules/electron/dist/electron', '');
    expect(await findElectron(project, {})).toBe(join(project, 'node_modules/electron/dist/electron'));
  });
  it('takes the folder that the environment names, and only that', async () => {
    await put('node_modules/electron/path.txt', 'electron');
    await put('node_modules/electron/dist/electron', '');
    await mkdir(join(project, 'own'));
    const environment = { ELECTRON_OVERRIDE_DIST_PATH: join(project, 'own') };
    expect(await findElectron(project, environment)).toBeUndefined();
    await put('own/electron', '');
    expect(await findElectron(project, environment)).toBe(join(project, 'own/electron'));
  });
});

describe('fetching', () => {
  const never = new AbortController().signal;
  it.each([
    ['says when it worked', 'process.exit(0)', true],
    ['says when it failed', 'process.exit(1)', false],
  ])('%s', async (_name, script, worked) => {
    await put('node_modules/electron/install.js', script);
    expect(await downloadElectron(project, 60_000, never)).toBe(worked);
  });
  it('gives up in time, and leaves no process', async () => {
    await put('node_modules/electron/install.js', 'setInterval(() => {}, 1000)');
    expect(await downloadElectron(project, 300, never)).toBe(false);
  });
  it('gives up when it is told to', async () => {
    await put('node_modules/electron/install.js', 'setInterval(() => {}, 1000)');
    expect(await downloadElectron(project, 60_000, AbortSignal.timeout(200))).toBe(false);
  });
});

describe.skipIf(process.platform === 'win32')('running', () => {
  const program = async (script: string): Promise<string> => {
    const path = join(project, 'electron');
    await writeFile(path, `#!/bin/sh\necho "$@" > "${project}/started"\n${script}\n`);
    await chmod(path, 0o755);
    return path;
  };

  it('gives the project and what to open, and the status back', async () => {
    const status = await runElectron(await program('exit 3'), '/project', ['/cache'], new AbortController().signal);
    expect(status).toBe(3);
    expect(await readFile(join(project, 'started'), 'utf8')).toMatch(/\/project \/cache\n$/);
  });

  it('asks it to end when the signal fires, and waits until it has', async () => {
    const stop = new AbortController();
    const script = `trap 'echo ended > "${project}/ended"; exit 0' TERM\n: > "${project}/ready"\nwhile :; do sleep 0.05; done`;
    const run = runElectron(await program(script), '/project', [], stop.signal);
    await vi.waitFor(() => readFile(join(project, 'ready')), { timeout: 10_000 });
    stop.abort();
    expect(await run).toBe(0);
    expect(await readFile(join(project, 'ended'), 'utf8')).toBe('ended\n');
  });
});
