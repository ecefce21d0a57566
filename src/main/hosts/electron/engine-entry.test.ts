import { EventEmitter, once } from 'node:events';
import { MessageChannel, type MessagePort as NodePort } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { implement } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import { expect, it, vi } from 'vitest';
import { contract, type EngineClient } from '../../../shared/contract/index.ts';
import type { Electron } from './electron-api.ts';
import { createEngineEntry } from './engine-entry.ts';

it('serves the contract on a port, also what was asked before the engine was there', async () => {
  const os = implement(contract);
  const info = os.app.info.handler(() => ({
    version: '1',
    host: 'electron' as const,
    sample: '',
    storeFolder: '',
    homeFolder: '',
    platform: 'x',
  }));
  const handler = new RPCHandler({ app: { info } });
  const { port1, port2 } = new MessageChannel();
  let ready = (): void => undefined;
  const started = new Promise<void>((resolve) => {
    ready = resolve;
  });
  const entry = createEngineEntry({
    accept: async (port) => {
      await started;
      handler.upgrade(port);
    },
    stop: () => Promise.resolve(),
  });
  entry({ data: 'connect', ports: [lazyPort(port2)] } as unknown as Electron.MessageEvent);
  const client = createORPCClient<EngineClient>(new RPCLink({ port: port1 as unknown as MessagePort }));
  const asked = client.app.info();
  ready();
  expect((await asked).version).toBe('1');
  port1.close();
});

/** Nothing is read before `start`, as with a port of Electron. */
function lazyPort(port: NodePort): Electron.MessagePortMain {
  const events = new EventEmitter();
  return Object.assign(events, {
    postMessage: (data: unknown) => port.postMessage(data),
    start: () => port.on('message', (data: unknown) => events.emit('message', { data })),
    close: () => port.close(),
  }) as unknown as Electron.MessagePortMain;
}

it('closes the port when the engine does not start, so that the window can say so', async () => {
  const { port1, port2 } = new MessageChannel();
  const entry = createEngineEntry({ accept: () => Promise.reject(new Error('no')), stop: () => Promise.resolve() });
  entry({ data: 'connect', ports: [lazyPort(port2)] } as unknown as Electron.MessageEvent);
  await once(port1, 'close');
});

it('stops when it is told to, and ignores what it does not know', () => {
  const stop = vi.fn(() => Promise.resolve());
  const entry = createEngineEntry({ accept: () => Promise.resolve(), stop });
  for (const data of ['connect', 'other', undefined, { type: 'stop' }]) {
    entry({ data, ports: [] } as unknown as Electron.MessageEvent);
  }
  expect(stop).not.toHaveBeenCalled();
  entry({ data: 'stop', ports: [] } as unknown as Electron.MessageEvent);
  expect(stop).toHaveBeenCalledOnce();
});
