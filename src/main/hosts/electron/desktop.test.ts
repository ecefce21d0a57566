import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { pathOfLink } from './addresses.ts';
import { type DesktopPlaces, runDesktop } from './desktop.ts';
import { menuTemplate } from './menu.ts';
import { requestOf, wordsOf } from './open-requests.ts';
import { createStandIn, type StandInOptions, standInPort } from './testing/stand-in.ts';

let folder: string;
let state: string;
let userData: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cachewright-desktop-'));
  state = join(folder, 'state');
  userData = `${state}.window`;
});
afterAll(() => rm(folder, { recursive: true }));

const places = (argv: readonly string[] = [], changes: Partial<DesktopPlaces> = {}): DesktopPlaces => ({
  preload: '/app/preload.cjs',
  engine: '/app/engine.js',
  loadSite: () =>
    Promise.resolve({
      answer: (path) => ({ status: 200, headers: { 'content-type': 'x/y' }, body: Buffer.from(path) }),
    }),
  argv: ['cachewright', ...argv],
  environment: { CACHEWRIGHT_STATE_DIR: state, ELECTRON_RUN_AS_NODE: '1' },
  folder: '/work',
  platform: 'linux',
  onEndSignal: () => undefined,
  ...changes,
});

async function start(argv: readonly string[] = [], options: StandInOptions = {}, changes: Partial<DesktopPlaces> = {}) {
  const electron = createStandIn({ appData: folder, ...options });
  const running = runDesktop(electron.api, places(argv, changes));
  electron.becomeReady();
  await running;
  const [window] = electron.windows;
  if (!window) throw new Error('There is no window.');
  return { ...electron, window };
}

const log = (): Promise<string> => readFile(join(state, 'errors.log'), 'utf8').catch(() => '');

describe('before it is ready, the program', () => {
  it('does everything that Electron refuses later, in one turn', async () => {
    const { calls, windows } = await start();
    const order = calls.map(([name]) => name);
    expect(order.slice(0, order.indexOf('ready'))).toEqual([
      'app.setPath',
      'app.requestSingleInstanceLock',
      'protocol.registerSchemesAsPrivileged',
      'app.enableSandbox',
    ]);
    const at = (name: string): number => order.indexOf(name);
    expect(at('session.setPermissionRequestHandler')).toBeLessThan(at('window.loadURL'));
    expect(windows[0]?.options.webPreferences).toMatchObject({ sandbox: true, contextIsolation: true });
  });

  it('does not take back --no-sandbox', async () => {
    const { named } = await start([], { switches: ['no-sandbox'] });
    expect(named('app.enableSandbox')).toEqual([]);
  });

  it('ends where another instance runs', async () => {
    const electron = createStandIn({ hasLock: false });
    await runDesktop(electron.api, places());
    expect(electron.calls.slice(1)).toEqual([['app.requestSingleInstanceLock'], ['app.quit']]);
  });

  it('keeps what is Chromium’s apart from its state, for each state folder', async () => {
    const { named } = await start();
    expect(named('app.setPath')).toEqual([['userData', userData]]);
    expect((await stat(userData)).isDirectory()).toBe(true);
    const byDefault = await start([], {}, { environment: {} });
    expect(byDefault.named('app.setPath')).toEqual([['userData', join(folder, 'cachewright-window')]]);
    const given = await start([], { switches: ['user-data-dir'] });
    expect(given.named('app.setPath')).toEqual([]);
  });
});

it.each([
  [true, [['cachewright']]],
  [false, []],
])('takes links from the system only where it is packaged: %s', async (isPackaged, taken) => {
  expect((await start([], { isPackaged })).named('app.setAsDefaultProtocolClient')).toEqual(taken);
});

it('serves the page and its files by its own scheme, and nothing outside', async () => {
  const { named } = await start();
  const [scheme, handler] = named('protocol.handle')[0] as [string, (request: Request) => Response];
  expect(scheme).toBe('app');
  const get = async (url: string, method = 'GET') => {
    // A `Request` of Node refuses the scheme: Electron's does not.
    const answer = handler({ url, method } as Request);
    return [answer.status, await answer.text()];
  };
  expect(await get('app://cachewright/sources/a')).toEqual([200, '/sources/a']);
  expect((await get('app://evil/'))[0]).toBe(400);
  expect((await get('app://cachewright/%2e%2e%2fetc/passwd'))[0]).toBe(400);
  expect((await get('app://cachewright/', 'POST'))[0]).toBe(400);
});

describe('loading the page', () => {
  const load = (code: string) => start([], { load: () => Promise.reject(Object.assign(new Error(code), { code })) });
  it('fails the start where the page cannot be loaded', async () => {
    await expect(load('ERR_FAILED')).rejects.toThrow('ERR_FAILED');
  });
  it('may be overtaken by another load', async () => {
    await expect(load('ERR_ABORTED')).resolves.toBeDefined();
  });
});

describe('the engine', () => {
  it('is started for our page, once, and given each port', async () => {
    const { send, named } = await start();
    const [one, two] = [standInPort(), standInPort()];
    send('engine', { ports: [one] });
    send('engine', { ports: [two] });
    expect(named('utilityProcess.fork').map(([entry]) => entry)).toEqual(['/app/engine.js']);
    expect(named('engine.postMessage')).toEqual([
      ['connect', [one]],
      ['connect', [two]],
    ]);
  });

  it('does not run as Node, and nothing that it runs does', async () => {
    const { send, named } = await start();
    send('engine', { ports: [standInPort()] });
    const [[, , options] = []] = named('utilityProcess.fork');
    expect(options).toMatchObject({ env: { CACHEWRIGHT_STATE_DIR: state, UV_THREADPOOL_SIZE: '32' } });
    expect(options).not.toHaveProperty('env.ELECTRON_RUN_AS_NODE');
  });

  it('is not started for anybody else, and the attempt is logged', async () => {
    const { send, named } = await start();
    const port = standInPort();
    send('engine', { senderFrame: { url: 'app://cachewright/', parent: {}, isDestroyed: () => false }, ports: [port] });
    send('engine', { senderFrame: null });
    expect(named('utilityProcess.fork')).toEqual([]);
    expect(port.closed).toBe(true);
    expect(await log()).toContain('A message on "engine" was refused');
  });

  it('is started anew after it has died', async () => {
    const { send, named, children } = await start();
    send('engine', { ports: [standInPort()] });
    children[0]?.emit('exit', 1);
    send('engine', { ports: [standInPort()] });
    expect(named('utilityProcess.fork')).toHaveLength(2);
  });

  it('is started anew at once after it has said that it cannot start, and its reason is logged once', async () => {
    const { send, named, children } = await start();
    for (const at of [0, 1]) {
      send('engine', { ports: [standInPort()] });
      children[at]?.emit('message', { kind: 'failed', text: 'CacheError: No such folder is free' });
    }
    for (const child of children) child.emit('exit', 1);
    expect(named('utilityProcess.fork')).toHaveLength(2);
    expect((await log()).split('No such folder is free')).toHaveLength(2);
    expect(await log()).not.toContain('with code 1.\n'.repeat(2));
  });

  it('has its death logged', async () => {
    const { send, children } = await start();
    send('engine', { ports: [standInPort()] });
    children[0]?.emit('exit', 139);
    expect(await log()).toContain('The engine ended unasked, with code 139.');
  });
});

describe('quitting', () => {
  /** A program with an engine, in which these jobs run; `app.quit` does what Electron's does. */
  async function running(titles: readonly string[], options: StandInOptions = {}, changes?: Partial<DesktopPlaces>) {
    const started = await start([], options, changes);
    const { app, window, children, send } = started;
    send('engine', { ports: [standInPort()] });
    children[0]?.emit('message', { kind: 'jobs', titles });
    let hasEnded = false;
    app.quit = () => {
      const passes = (name: string): boolean => {
        const preventDefault = vi.fn();
        app.emit(name, { preventDefault });
        return preventDefault.mock.calls.length === 0;
      };
      if (!passes('before-quit')) return;
      if (!window.isDestroyed() && !window.close()) return;
      if (passes('will-quit')) hasEnded = true;
    };
    window.on('closed', () => app.emit('window-all-closed'));
    return { ...started, hasEnded: () => hasEnded, endEngine: () => children[0]?.emit('exit', 0) };
  }

  it('waits until the engine has ended in good order', async () => {
    const { window, named, hasEnded, endEngine, send } = await running([]);
    window.close();
    expect(named('engine.postMessage').at(-1)).toEqual(['stop']);
    expect(hasEnded()).toBe(false);
    endEngine();
    await vi.waitFor(() => expect(hasEnded()).toBe(true));
    expect(named('dialog.showMessageBox')).toEqual([]);
    // A page that still asks is turned away.
    const late = standInPort();
    send('engine', { ports: [late] });
    expect(late.closed).toBe(true);
  });

  it.each([
    ['the window', (p: Awaited<ReturnType<typeof running>>) => void p.window.close()],
    ['the program', (p: Awaited<ReturnType<typeof running>>) => p.app.quit()],
  ])('by closing %s asks first while a job runs, once, and stays when told to', async (_name, quit) => {
    const answer = Promise.withResolvers<number>();
    const program = await running(['Verify /srv/cache'], { answer: () => answer.promise });
    quit(program);
    quit(program);
    await vi.waitFor(() => expect(program.named('dialog.showMessageBox')).toHaveLength(1));
    expect(program.named('dialog.showMessageBox')[0]?.[0]).toMatchObject({
      message: '“Verify /srv/cache” is still running.',
      buttons: ['Keep running', 'Quit'],
    });
    expect(program.window.isDestroyed()).toBe(false);
    answer.resolve(0);
    await answer.promise;
    await new Promise((resolve) => setImmediate(resolve));
    expect(program.window.isDestroyed()).toBe(false);
    // It asks again the next time.
    quit(program);
    await vi.waitFor(() => expect(program.named('dialog.showMessageBox')).toHaveLength(2));
  });

  it('ends the engine, and then the program, when the answer is to quit', async () => {
    const { window, named, hasEnded, endEngine } = await running(['one', 'two'], { answer: () => 1 });
    window.close();
    await vi.waitFor(() => expect(named('engine.postMessage').at(-1)).toEqual(['stop']));
    expect(named('dialog.showMessageBox')[0]?.[0]).toMatchObject({ message: '2 jobs are still running.' });
    endEngine();
    await vi.waitFor(() => expect(hasEnded()).toBe(true));
  });

  it('does not ask once the jobs are over', async () => {
    const { window, named, children } = await running(['one']);
    children[0]?.emit('message', { kind: 'jobs', titles: [] });
    window.close();
    expect(named('dialog.showMessageBox')).toEqual([]);
    expect(window.isDestroyed()).toBe(true);
  });

  it('does not ask when the system ends, and has it wait', async () => {
    const { powerMonitor, named } = await running(['one']);
    const preventDefault = vi.fn();
    powerMonitor.emit('shutdown', { preventDefault });
    expect(preventDefault).toHaveBeenCalledOnce();
    expect(named('engine.postMessage').at(-1)).toEqual(['stop']);
    expect(named('dialog.showMessageBox')).toEqual([]);
  });

  it('does not ask when a signal ends it', async () => {
    let end = (): void => undefined;
    const { named } = await running(
      ['one'],
      {},
      {
        onEndSignal: (listener) => {
          end = listener;
        },
      },
    );
    end();
    expect(named('engine.postMessage').at(-1)).toEqual(['stop']);
  });

  it('at logoff on Windows, which asks for nothing, ends the engine and keeps the window’s place', async () => {
    const { window, named } = await running(['one']);
    await rm(join(userData, 'window.json'), { force: true });
    window.emit('session-end', { reasons: ['logoff'] });
    expect(named('engine.postMessage').at(-1)).toEqual(['stop']);
    await vi.waitFor(() => stat(join(userData, 'window.json')));
  });

  it('hands what a second launch asks for meanwhile to a new start', async () => {
    const { app, window, named, hasEnded, endEngine } = await running(
      [],
      {},
      {
        argv: ['cachewright', '--ozone-platform=x11', 'first'],
        environment: { CACHEWRIGHT_STATE_DIR: state, APPIMAGE: '/opt/Cachewright.AppImage' },
      },
    );
    window.close();
    app.emit('second-instance', {}, ['cachewright', 'other'], '/elsewhere');
    app.emit('open-file', { preventDefault: () => undefined }, '/from/finder');
    expect(named('app.relaunch')).toEqual([]);
    endEngine();
    await vi.waitFor(() => expect(hasEnded()).toBe(true));
    expect(named('app.relaunch')).toEqual([
      [
        {
          args: ['--ozone-platform=x11', '/elsewhere/other', '/from/finder'],
          execPath: '/opt/Cachewright.AppImage',
        },
      ],
    ]);
  });

  it('starts anew in a development run too, also for a launch that asks for nothing', async () => {
    const { app, window, named, endEngine } = await running([], { isPackaged: false });
    window.close();
    app.emit('second-instance', {}, ['electron', '/project'], '/elsewhere');
    endEngine();
    await vi.waitFor(() => expect(named('app.relaunch')).toEqual([[{ args: ['/project'] }]]));
  });
});

describe('dialogs', () => {
  it('open for our page', async () => {
    const { invoke } = await start();
    expect(await invoke('choose-folder')).toBe('/chosen');
    expect(await invoke('choose-file')).toBe('/chosen');
  });
  it('do not open for anybody else', async () => {
    const { invoke } = await start();
    expect(await invoke('choose-folder', { sender: {} })).toBeUndefined();
  });
});

describe('what the program is asked to open', () => {
  const preventDefault = (): void => undefined;

  it('waits until the page listens, from whenever it was asked', async () => {
    const electron = createStandIn({ appData: folder });
    const running = runDesktop(electron.api, places(['--flag', 'cache']));
    electron.app.emit('open-file', { preventDefault }, '/before/ready');
    electron.becomeReady();
    await running;
    electron.app.emit('open-file', { preventDefault }, '/before/page');
    electron.app.emit('open-url', { preventDefault }, 'cachewright://jobs');
    const heard = electron.listen();
    electron.app.emit('open-file', { preventDefault }, '/after');
    expect(heard).toEqual([
      { kind: 'open', location: '/work/cache' },
      { kind: 'open', location: '/before/ready' },
      { kind: 'open', location: '/before/page' },
      { kind: 'show', path: '/jobs' },
      { kind: 'open', location: '/after' },
    ]);
  });

  it('waits again while the page is loaded anew, and comes once', async () => {
    const { app, window, listen } = await start();
    const first = listen();
    app.emit('open-file', { preventDefault }, '/one');
    window.contents.reload();
    app.emit('open-file', { preventDefault }, '/two');
    const second = listen();
    const third = listen();
    expect([first, second, third].map((heard) => heard.map((request) => Object.values(request)[1]))).toEqual([
      ['/one'],
      ['/two'],
      [],
    ]);
  });

  it('comes from a second instance, from its own folder, and brings the window to the front', async () => {
    const { app, named, listen } = await start();
    const heard = listen();
    app.emit('second-instance', {}, ['cachewright', 'other'], '/elsewhere');
    expect(heard).toEqual([{ kind: 'open', location: '/elsewhere/other' }]);
    expect(named('window.focus')).toHaveLength(1);
  });

  it('may be a link into the window, which goes there without loading the page again', async () => {
    const { app, named, listen } = await start(['cachewright:///sources/a/keys?filter=x']);
    const heard = listen();
    app.emit('open-url', { preventDefault }, 'cachewright://jobs');
    app.emit('open-url', { preventDefault }, 'https://evil.example/');
    expect(heard.filter((request) => request.kind === 'show')).toEqual([
      { kind: 'show', path: '/sources/a/keys?filter=x' },
      { kind: 'show', path: '/jobs' },
    ]);
    expect(named('window.loadURL')).toEqual([['app://cachewright/']]);
  });

  it.each([
    [
      ['a', '/b', 's3://bucket/x', '--inspect', ''],
      ['/w/a', '/b', 's3://bucket/x'],
    ],
    [[], []],
  ])('of %j is %j', (words, locations) => {
    expect(wordsOf(['cachewright', ...words], true, '/w')).toEqual(locations);
    expect(wordsOf(['electron', '--no-sandbox', '/project', ...words], false, '/w')).toEqual(locations);
    expect(locations.map(requestOf)).toEqual(locations.map((location) => ({ kind: 'open', location })));
  });
});

it.each([
  ['cachewright:///sources/a', '/sources/a'],
  ['cachewright://sources/a?x=1', '/sources/a?x=1'],
  ['cachewright:////evil.example/', undefined],
  ['cachewright:///a/%2e%2e/b', '/b'],
  ['cachewright:///a%2f..%2fb', undefined],
  ['cachewright:///', undefined],
  ['https://evil.example/', undefined],
  ['not an address', undefined],
])('the link %s leads to %s', (link, path) => {
  expect(pathOfLink(link)).toBe(path);
});

describe('the window', () => {
  it('keeps its place when it is closed', async () => {
    const { window } = await start();
    window.emit('close', { preventDefault: () => undefined });
    await vi.waitFor(async () =>
      expect(JSON.parse(await readFile(join(userData, 'window.json'), 'utf8'))).toEqual({
        version: 1,
        x: 10,
        y: 20,
        width: 900,
        height: 700,
        maximized: false,
      }),
    );
  });

  it('does not show before its first frame', async () => {
    const { window, named } = await start();
    expect(window.options.show).toBe(false);
    expect([named('window.show'), named('window.maximize')]).toEqual([[], []]);
    window.emit('ready-to-show');
    expect(named('window.show')).toHaveLength(1);
    expect(named('window.maximize')).toEqual([]);
  });

  it('is maximised again, with its first frame', async () => {
    const kept = { version: 1, x: 10, y: 20, width: 900, height: 700, maximized: true };
    await writeFile(join(userData, 'window.json'), JSON.stringify(kept));
    const { window, named } = await start();
    expect(named('window.maximize')).toEqual([]);
    window.emit('ready-to-show');
    expect([named('window.maximize'), named('window.show')]).toEqual([[[]], [[]]]);
  });

  it('loads a page that has died again, once; then it asks', async () => {
    const { window, named } = await start([], { answer: () => 0 });
    const die = (reason: string) => window.contents.emit('render-process-gone', {}, { reason, exitCode: 5 });
    die('clean-exit');
    expect(named('webContents.reload')).toHaveLength(0);
    die('crashed');
    expect(named('webContents.reload')).toHaveLength(1);
    die('oom');
    expect(named('webContents.reload')).toHaveLength(1);
    expect(named('dialog.showMessageBox')[0]?.[0]).toMatchObject({
      type: 'error',
      message: 'The window has stopped working again.',
    });
    await vi.waitFor(() => expect(named('webContents.reload')).toHaveLength(2));
    expect(await log()).toContain('The process of the window is gone: crashed, code 5.');
  });

  it('that dies again and is not to be reloaded ends the program', async () => {
    const { window, named } = await start([], { answer: () => 1 });
    window.contents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 });
    window.contents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 });
    await vi.waitFor(() => expect(named('app.quit')).toHaveLength(1));
  });
});

describe('the menu', () => {
  const actions = { chooseFolder: vi.fn(), chooseFile: vi.fn(), command: vi.fn() };
  const items = (isPackaged: boolean, platform = 'linux') =>
    menuTemplate(platform, isPackaged, actions).flatMap((menu) => (Array.isArray(menu.submenu) ? menu.submenu : []));

  it('has no way into the page of a packaged program', () => {
    const roles = (isPackaged: boolean) => items(isPackaged).map((item) => item.role);
    expect(roles(true)).not.toContain('toggleDevTools');
    expect(roles(false)).toContain('toggleDevTools');
  });

  it('gives no key to two items', () => {
    const keys = items(false).flatMap((item) => item.accelerator ?? []);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('takes no key from the page, also on macOS, where every key that is shown is taken', () => {
    const search = (platform: string) => items(true, platform).find((item) => item.label?.startsWith('Search'));
    expect(search('linux')).toMatchObject({ accelerator: 'CmdOrCtrl+K', registerAccelerator: false });
    expect(search('darwin')).not.toHaveProperty('accelerator');
  });

  it('goes to a view by the command of the window', () => {
    const keys = items(true).find((item) => item.label === 'Keys');
    keys?.click?.({} as never, undefined, {} as never);
    expect(actions.command).toHaveBeenCalledWith('go.keys');
  });
});
