import { expect, it, vi } from 'vitest';
import { DESKTOP_BRIDGE_METHODS, ENGINE_PORT_MESSAGE } from '../../../shared/contract/bridge.ts';
import { type BridgeParts, createBridge } from './bridge.ts';

const exposed = vi.hoisted(() => new Map<string, object>());
const ipc = vi.hoisted(() => ({ on: () => undefined, invoke: () => undefined, postMessage: () => undefined }));
vi.mock('electron', () => ({
  contextBridge: { exposeInMainWorld: (name: string, value: object) => exposed.set(name, value) },
  ipcRenderer: ipc,
  webUtils: { getPathForFile: () => '/dropped' },
}));

function parts() {
  const listeners = new Map<string, (event: unknown, text: unknown) => void>();
  const postMessage = vi.fn();
  const toMain = vi.fn();
  const given = {
    ipc: {
      on: (channel: string, listener: (event: unknown, text: unknown) => void) => listeners.set(channel, listener),
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
    arrive: (channel: string, text: unknown) => listeners.get(channel)?.({}, text),
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

it('keeps paths that arrive before anybody listens', () => {
  const { bridge, arrive } = parts();
  arrive('open-path', '/early');
  const first = vi.fn();
  const end = bridge.onOpenPath(first);
  arrive('open-path', '/late');
  end();
  arrive('open-path', '/after');
  const second = vi.fn();
  bridge.onOpenPath(second);
  expect([first.mock.calls, second.mock.calls]).toEqual([[['/early'], ['/late']], [['/after']]]);
});

it('passes on text only', () => {
  const { bridge, arrive } = parts();
  const listener = vi.fn();
  bridge.onCommand(listener);
  arrive('command', { id: 'x' });
  arrive('command', 'go.keys');
  expect(listener.mock.calls).toEqual([['go.keys']]);
});

it('gives paths of real files only', async () => {
  const { bridge } = parts();
  expect(bridge.pathOf(new File([], 'cache.tar'))).toBe('/home/cache.tar');
  expect(bridge.pathOf({ name: 'x', path: '/etc/passwd' })).toBe('');
  expect(await bridge.chooseFolder()).toBe('/choose-folder');
});
