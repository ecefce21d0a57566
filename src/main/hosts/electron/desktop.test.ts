import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { addressOfLink } from './addresses.ts';
import { type DesktopPlaces, runDesktop } from './desktop.ts';
import { menuTemplate } from './menu.ts';
import { requestsOf } from './open-requests.ts';
import { createStandIn, standInPort } from './testing/stand-in.ts';

let userData: string;
beforeAll(async () => {
  userData = await mkdtemp(join(tmpdir(), 'cachewright-desktop-'));
});
afterAll(() => rm(userData, { recursive: true }));

const places = (argv: readonly string[] = []): DesktopPlaces => ({
  preload: '/app/preload.cjs',
  engine: '/app/engine.js',
  loadSite: () =>
    Promise.resolve({
      answer: (path) => ({ status: 200, headers: { 'content-type': 'x/y' }, body: Buffer.from(path) }),
    }),
  argv: ['cachewright', ...argv],
  folder: '/work',
  platform: 'linux',
});

async function start(argv: readonly string[] = []) {
  const electron = createStandIn({ userData });
  const running = runDesktop(electron.api, places(argv));
  electron.becomeReady();
  await running;
  const frame = electron.windows[0]?.mainFrame;
  return { ...electron, frame };
}

it('hardens before the first page: scheme and sandbox before it is ready, session before the window', async () => {
  const { calls, windows } = await start();
  const order = calls.map(([name]) => name);
  const at = (name: string): number => order.indexOf(name);
  expect(at('protocol.registerSchemesAsPrivileged')).toBeLessThan(at('ready'));
  expect(at('app.enableSandbox')).toBeLessThan(at('ready'));
  expect(at('session.setPermissionRequestHandler')).toBeLessThan(at('window.loadURL'));
  expect(windows[0]?.options.webPreferences).toMatchObject({ sandbox: true, contextIsolation: true });
});

it('ends at once where another instance runs', async () => {
  const electron = createStandIn({ hasLock: false });
  await runDesktop(electron.api, places());
  expect(electron.calls).toEqual([['app.quit']]);
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

describe('the engine', () => {
  it('is started for our page, once, and given each port', async () => {
    const { send, named, frame } = await start();
    const [one, two] = [standInPort(), standInPort()];
    send('engine', { senderFrame: frame, ports: [one] });
    send('engine', { senderFrame: frame, ports: [two] });
    expect(named('utilityProcess.fork').map(([entry]) => entry)).toEqual(['/app/engine.js']);
    expect(named('engine.postMessage')).toEqual([
      ['connect', [one]],
      ['connect', [two]],
    ]);
  });

  it('is not started for anybody else', async () => {
    const { send, named } = await start();
    const port = standInPort();
    send('engine', { senderFrame: { url: 'app://cachewright/' }, ports: [port] });
    send('engine', { senderFrame: null, ports: [] });
    expect(named('utilityProcess.fork')).toEqual([]);
    expect(port.closed).toBe(true);
  });

  it('is started anew after it has died', async () => {
    const { send, named, frame, children } = await start();
    send('engine', { senderFrame: frame, ports: [standInPort()] });
    children[0]?.emit('exit', 1);
    send('engine', { senderFrame: frame, ports: [standInPort()] });
    expect(named('utilityProcess.fork')).toHaveLength(2);
  });

  it('ends in good order before the program does', async () => {
    const { send, app, named, frame, children } = await start();
    send('engine', { senderFrame: frame, ports: [standInPort()] });
    const preventDefault = vi.fn();
    app.emit('will-quit', { preventDefault });
    expect(preventDefault).toHaveBeenCalledOnce();
    expect(named('engine.postMessage').at(-1)).toEqual(['stop']);
    expect(named('app.quit')).toEqual([]);
    children[0]?.emit('exit', 0);
    await vi.waitFor(() => expect(named('app.quit')).toHaveLength(1));
    const again = vi.fn();
    app.emit('will-quit', { preventDefault: again });
    expect(again).not.toHaveBeenCalled();
    // A page that still asks is turned away.
    const late = standInPort();
    send('engine', { senderFrame: frame, ports: [late] });
    expect(late.closed).toBe(true);
  });
});

describe('dialogs', () => {
  it('open for our page', async () => {
    const { invoke, frame } = await start();
    expect(await invoke('choose-folder', { senderFrame: frame })).toBe('/chosen');
    expect(await invoke('choose-file', { senderFrame: frame })).toBe('/chosen');
  });
  it('do not open for anybody else', async () => {
    const { invoke } = await start();
    expect(await invoke('choose-folder', { senderFrame: { url: 'https://evil.example/' } })).toBeUndefined();
  });
});

describe('what the program is asked to open', () => {
  it('waits until the page listens', async () => {
    const { app, send, named, frame } = await start(['--flag', 'cache']);
    const preventDefault = vi.fn();
    send('engine', { senderFrame: frame, ports: [standInPort()] });
    app.emit('open-file', { preventDefault }, '/from/finder');
    expect(named('webContents.send')).toEqual([
      ['open-path', '/work/cache'],
      ['open-path', '/from/finder'],
    ]);
    expect(preventDefault).toHaveBeenCalledOnce();
  });

  it('comes from a second instance, from its own folder, and brings the window to the front', async () => {
    const { app, named } = await start();
    app.emit('second-instance', {}, ['cachewright', 'other'], '/elsewhere');
    expect(named('webContents.send')).toEqual([['open-path', '/elsewhere/other']]);
    expect(named('window.focus')).toHaveLength(1);
  });

  it('may be a link into the window', async () => {
    const { app, named } = await start(['cachewright:///sources/a/keys?filter=x']);
    expect(named('window.loadURL')).toEqual([['app://cachewright/sources/a/keys?filter=x']]);
    app.emit('open-url', { preventDefault: () => undefined }, 'cachewright://jobs');
    app.emit('open-url', { preventDefault: () => undefined }, 'https://evil.example/');
    expect(named('window.loadURL').slice(1)).toEqual([['app://cachewright/jobs']]);
  });

  it.each([
    [
      ['a', '/b', 's3://bucket/x', '--inspect', ''],
      ['/w/a', '/b', 's3://bucket/x'],
    ],
    [[], []],
  ])('of %j is %j', (words, locations) => {
    const requests = locations.map((location) => ({ kind: 'source', location }));
    expect(requestsOf(['cachewright', ...words], true, '/w')).toEqual(requests);
    expect(requestsOf(['electron', '--no-sandbox', '/project', ...words], false, '/w')).toEqual(requests);
  });
});

it.each([
  ['cachewright:///sources/a', 'app://cachewright/sources/a'],
  ['cachewright://sources/a?x=1', 'app://cachewright/sources/a?x=1'],
  ['cachewright:////evil.example/', undefined],
  ['cachewright:///a/%2e%2e/b', 'app://cachewright/b'],
  ['cachewright:///a%2f..%2fb', undefined],
  ['cachewright:///', undefined],
  ['https://evil.example/', undefined],
  ['not an address', undefined],
])('the link %s leads to %s', (link, address) => {
  expect(addressOfLink(link)).toBe(address);
});

it('keeps the place of the window when it is closed', async () => {
  const { windows } = await start();
  windows[0]?.emit('close');
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

describe('the menu', () => {
  const actions = { chooseFolder: vi.fn(), chooseFile: vi.fn(), command: vi.fn() };
  const items = (isPackaged: boolean) =>
    menuTemplate('linux', isPackaged, actions).flatMap((menu) => (Array.isArray(menu.submenu) ? menu.submenu : []));

  it('has no way into the page of a packaged program', () => {
    const roles = (isPackaged: boolean) => items(isPackaged).map((item) => item.role);
    expect(roles(true)).not.toContain('toggleDevTools');
    expect(roles(false)).toContain('toggleDevTools');
  });

  it('gives no key to two items', () => {
    const keys = items(false).flatMap((item) => item.accelerator ?? []);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('goes to a view by the command of the window', () => {
    const keys = items(true).find((item) => item.label === 'Keys');
    keys?.click?.({} as never, undefined, {} as never);
    expect(actions.command).toHaveBeenCalledWith('go.keys');
  });
});
