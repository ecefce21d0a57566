import { spawn, spawnSync } from 'node:child_process';
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
    expect(status).toEqual({ status: 3 });
    expect(await readFile(join(project, 'started'), 'utf8')).toMatch(/\/project \/cache\n$/);
  });

  it('asks it to end when the signal fires, and waits until it has', async () => {
    const stop = new AbortController();
    const script = `trap 'echo ended > "${project}/ended"; exit 0' TERM\n: > "${project}/ready"\nwhile :; do sleep 0.05; done`;
    const run = runElectron(await program(script), '/project', [], stop.signal);
    await vi.waitFor(() => readFile(join(project, 'ready')), { timeout: 10_000 });
    stop.abort();
    expect(await run).toEqual({ status: 0 });
    expect(await readFile(join(project, 'ended'), 'utf8')).toBe('ended\n');
  });

  /** Runs the program from a process of its own, as `npm start` does; the second signal ends that at once. */
  const startFrom = async (script: string, environment: Record<string, string> = {}) => {
    const path = await program(script);
    const starter = join(project, 'starter.ts');
    const module = new URL('electron-binary.ts', import.meta.url).href;
    await writeFile(
      starter,
      `import { runElectron } from '${module}';
      const stop = new AbortController();
      process.on('SIGINT', () => (stop.signal.aborted ? process.exit(130) : stop.abort()));
      process.exit((await runElectron('${path}', '/project', [], stop.signal)).status);`,
    );
    // A group of its own, as a shell makes for each command; a terminal signals all of it.
    const child = spawn(process.execPath, [starter], { detached: true, env: { ...process.env, ...environment } });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await vi.waitFor(() => readFile(join(project, 'ready')), { timeout: 20_000 });
    return { ended, signal: (name: NodeJS.Signals) => process.kill(-(child.pid ?? 0), name) };
  };
  const waits = (ended: string, at = project): string =>
    `trap 'echo INT >> "${at}/signals"' INT
trap 'echo TERM >> "${at}/signals"; ${ended}' TERM
echo $$ > "${at}/pid"
: > "${at}/ready"
while :; do sleep 0.05; done`;
  const signals = (): Promise<string> => readFile(join(project, 'signals'), 'utf8');

  it('ends the program, and not the programs that it runs, at Ctrl-C in a terminal', async () => {
    const { ended, signal } = await startFrom(waits('exit 0'));
    signal('SIGINT');
    expect(await ended).toBe(0);
    expect(await signals()).toBe('TERM\n');
  });

  it('ends with its terminal', async () => {
    const { ended, signal } = await startFrom(waits('exit 0'));
    signal('SIGHUP');
    expect(await ended).toBe(0);
    expect(await signals()).toBe('TERM\n');
  });

  it('leaves nothing behind at a second Ctrl-C', async () => {
    const { ended, signal } = await startFrom(waits(':'));
    signal('SIGINT');
    await vi.waitFor(async () => expect(await signals()).toBe('TERM\n'), { timeout: 10_000 });
    signal('SIGINT');
    expect(await ended).toBe(130);
    const pid = (await readFile(join(project, 'pid'), 'utf8')).trim();
    // A dead process stays in the list where nobody collects orphans.
    await vi.waitFor(() => {
      const state = spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' }).stdout;
      expect(state).toMatch(/^(Z.*\s*)?$/);
    });
  });

  it('does not have it run as Node, whatever the terminal says', async () => {
    const script = `env > "${project}/environment"\n: > "${project}/ready"`;
    const { ended } = await startFrom(script, { ELECTRON_RUN_AS_NODE: '1' });
    await ended;
    expect(await readFile(join(project, 'environment'), 'utf8')).not.toContain('ELECTRON_RUN_AS_NODE');
  });

  it.each([
    ['SIGTRAP', { status: 130, crashedAtOnce: 'SIGTRAP' }],
    ['SIGSEGV', { status: 130, crashedAtOnce: 'SIGSEGV' }],
    // Somebody ended it: nothing else is tried.
    ['SIGTERM', { status: 130 }],
    ['SIGKILL', { status: 130 }],
  ])('tells a crash at its start from an end that somebody wanted: %s', async (signal, end) => {
    const crashing = await program(`ulimit -c 0; kill -${signal.slice(3)} $$`);
    expect(await runElectron(crashing, '/project', [], new AbortController().signal)).toEqual(end);
  });
});
