import { expect, it, vi } from 'vitest';
import { ENGINE_PORT_MESSAGE } from '../../../shared/contract/bridge.ts';
import { type BridgeParts, createBridge } from './bridge.ts';
import { DESKTOP_BRIDGE_METHODS } from './testing/bridge-methods.ts';

const exposed = vi.hoisted(() => new Map<string, object>());
const ipc = vi.hoisted(() => ({
  on: () => undefined,
  invoke: () => undefined,
  postMessage: () => undefined,
  send: () => undefined,
}));
vi.mock('electron', () => ({
  contextBridge: { exposeInMainWorld: (name: string, value: object) => exposed.set(name, value) },
  ipcRenderer: ipc,
  webUtils: { getPathForFile: () => '/dropped' },
}));

function parts() {
  const listeners = new Map<string, (event: unknown, ...args: unknown[]) => void>();
  const send = vi.fn();
  const postMessage = vi.fn();
  const toMain = vi.fn();
  const given = {
    ipc: {
      on: (channel: string, listener: (event: unknown, ...args: unknown[]) => void) => listeners.set(channel, listener),
      send,
      invoke: vi.fn((channel: string) => Promise.resolve(`/${channel}`)),
      postMessage: toMain,
    },
    webUtils: { getPathForFile: (file: File) => `/home/${file.name}` },
    page: { postMessage, location: { origin: 'app://cachewright' } },
    createChannel: () => ({ port1: 'one', port2: 'two' }),
  };
  return {
    bridge: createBridge(given as unknown as BridgeParts),
    toPage: postMessage,
    toMain,
    sent: send.mock.calls,
    arrive: (number: number, location: string) => listeners.get('request')?.({}, number, { kind: 'open', location }),
  };
}

it('is exactly what is declared', () => {
  expect(Object.keys(parts().bridge).sort()).toEqual([...DESKTOP_BRIDGE_METHODS]);
  expect(Object.values(parts().bridge).map((member) => typeof member)).toEqual(
    DESKTOP_BRIDGE_METHODS.map(() => 'function'),
  );
});

it('is the only thing that the preload exposes', async () => {
  vi.stubGlobal('window', { location: { origin: 'app://cachewright' }, postMessage: () => undefined });
  await import('./preload.ts');
  expect([...exposed.keys()]).toEqual(['cachewright']);
  expect(Object.keys(exposed.get('cachewright') ?? {}).sort()).toEqual([...DESKTOP_BRIDGE_METHODS]);
  vi.unstubAllGlobals();
});

it('hands one end of a channel to the engine and the other to the page, and to no other origin', () => {
  const { bridge, toPage, toMain } = parts();
  bridge.connect();
  expect(toMain.mock.calls).toEqual([['engine', undefined, ['two']]]);
  expect(toPage.mock.calls).toEqual([[ENGINE_PORT_MESSAGE, 'app://cachewright', ['one']]]);
});

it('takes each request once, in order, and only for a listener', () => {
  const { bridge, arrive, sent } = parts();
  const heard: unknown[] = [];
  const listener = (name: string) => (request: unknown) =>
    heard.push([name, (request as { location: string }).location]);
  arrive(1, '/early');
  expect(sent).toEqual([]);
  const end = bridge.onRequest(listener('one'));
  expect(sent).toEqual([['listening']]);
  arrive(1, '/early');
  arrive(1, '/early');
  arrive(2, '/late');
  const endSecond = bridge.onRequest(listener('two'));
  // The end of a listener that another has replaced does not end that one.
  end();
  arrive(2, '/late');
  arrive(3, '/later');
  endSecond();
  arrive(4, '/after');
  expect(heard).toEqual([
    ['one', '/early'],
    ['one', '/late'],
    ['two', '/later'],
  ]);
  expect(sent).toEqual([['listening'], ['taken', 1], ['taken', 2], ['listening'], ['taken', 3]]);
});

it('gives paths of real files only', async () => {
  const { bridge } = parts();
  expect(bridge.pathOf(new File([], 'cache.tar'))).toBe('/home/cache.tar');
  expect(bridge.pathOf({ name: 'x', path: '/etc/passwd' })).toBe('');
  expect(await bridge.chooseFolder()).toBe('/choose-folder');
});
