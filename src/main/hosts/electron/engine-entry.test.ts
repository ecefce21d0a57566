import { EventEmitter, once } from 'node:events';
import { MessageChannel, type MessagePort as NodePort } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { implement } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import { describe, expect, it, vi } from 'vitest';
import { CacheError } from '../../../shared/base/errors.ts';
import { contract, type EngineClient } from '../../../shared/contract/index.ts';
import type { Electron } from './electron-api.ts';
import { createEngineEntry } from './engine-entry.ts';

it('greets when the engine is there, and then serves the contract', async () => {
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
    exit: () => undefined,
  });
  const greeting = once(port1, 'message');
  entry({ data: 'connect', ports: [lazyPort(port2)] } as unknown as Electron.MessageEvent);
  ready();
  expect(await greeting).toEqual([{ engine: 'ready' }]);
  const client = createORPCClient<EngineClient>(new RPCLink({ port: port1 as unknown as MessagePort }));
  expect((await client.app.info()).version).toBe('1');
  port1.close();
});

describe('an engine that cannot start', () => {
  const failing = (lastWordsMs?: number) => {
    const { port1, port2 } = new MessageChannel();
    const exit = vi.fn();
    const reason = new CacheError('ACCESS_DENIED', 'No.', { subject: '/state', hint: 'Look.' });
    const parts = { accept: () => Promise.reject(reason), stop: () => Promise.resolve(), exit };
    const entry = createEngineEntry(parts, lastWordsMs);
    entry({ data: 'connect', ports: [lazyPort(port2)] } as unknown as Electron.MessageEvent);
    return { port1, exit };
  };

  it('says why, and ends with a failure once that has been read', async () => {
    const { port1, exit } = failing();
    const error = { code: 'ACCESS_DENIED', message: 'No.', subject: '/state', hint: 'Look.' };
    expect(await once(port1, 'message')).toEqual([{ engine: 'failed', error }]);
    expect(exit).not.toHaveBeenCalled();
    port1.close();
    await vi.waitFor(() => expect(exit.mock.calls).toEqual([[1]]));
  });

  it('ends also where nobody reads it', async () => {
    const { exit, port1 } = failing(1);
    await vi.waitFor(() => expect(exit.mock.calls).toEqual([[1]]));
    port1.close();
  });
});

it('stops when it is told to, and ignores what it does not know', async () => {
  const stop = vi.fn(() => Promise.resolve());
  const exit = vi.fn();
  const entry = createEngineEntry({ accept: () => Promise.resolve(), stop, exit });
  for (const data of ['connect', 'other', undefined, { type: 'stop' }]) {
    entry({ data, ports: [] } as unknown as Electron.MessageEvent);
  }
  expect(stop).not.toHaveBeenCalled();
  entry({ data: 'stop', ports: [] } as unknown as Electron.MessageEvent);
  await vi.waitFor(() => expect(exit.mock.calls).toEqual([[0]]));
  stop.mockRejectedValueOnce(new Error('no'));
  entry({ data: 'stop', ports: [] } as unknown as Electron.MessageEvent);
  await vi.waitFor(() => expect(exit.mock.calls).toEqual([[0], [1]]));
});

/** Nothing is read before `start`, as with a port of Electron. */
function lazyPort(port: NodePort): Electron.MessagePortMain {
  const events = new EventEmitter();
  port.once('close', () => events.emit('close'));
  return Object.assign(events, {
    postMessage: (data: unknown) => port.postMessage(data),
    start: () => port.on('message', (data: unknown) => events.emit('message', { data })),
    close: () => port.close(),
  }) as unknown as Electron.MessagePortMain;
}
