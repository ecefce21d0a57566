import { createORPCClient } from '@orpc/client';
import { implement } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import { expect, it } from 'vitest';
import { CacheError } from '../../shared/base/errors.ts';
import { ENGINE_PORT_MESSAGE } from '../../shared/contract/bridge.ts';
import type { Greeting } from '../../shared/contract/greeting.ts';
import { contract, type EngineClient } from '../../shared/contract/index.ts';
import { createMessagePortTransport } from './message-port.ts';
import { EngineStartError } from './transport.ts';

/** A page whose preload answers `connect` with a port; `engine` is what is at the other end. */
function connect(engine: (port: MessagePort) => void, timeoutMs?: number) {
  const page = new EventTarget();
  const say = (data: unknown, source: unknown, ports: readonly MessagePort[]): void => {
    page.dispatchEvent(Object.assign(new Event('message'), { data, source, ports }));
  };
  const bridge = {
    connect: () => {
      const { port1, port2 } = new MessageChannel();
      // Neither another window nor another message is believed.
      say(ENGINE_PORT_MESSAGE, {}, [port1]);
      say('other', page, [port1]);
      say(ENGINE_PORT_MESSAGE, page, [port1]);
      engine(port2);
    },
  };
  return createMessagePortTransport(bridge, page as unknown as Window, timeoutMs).connect();
}

const greet = (port: MessagePort, greeting: Greeting): void => port.postMessage(greeting);

it('is open once the engine has greeted, and carries calls then', async () => {
  const os = implement(contract);
  const handler = new RPCHandler({ jobs: { list: os.jobs.list.handler(() => []) } });
  const session = await connect((port) => {
    handler.upgrade(port);
    port.start();
    greet(port, { engine: 'ready' });
  });
  const client = createORPCClient<EngineClient>(session.link);
  expect(await client.jobs.list()).toEqual([]);
  session.close();
  await session.closed;
});

it('ends when the other side does', async () => {
  let engine: MessagePort | undefined;
  const session = await connect((port) => {
    engine = port;
    greet(port, { engine: 'ready' });
  });
  engine?.close();
  await session.closed;
});

const failure = (connecting: Promise<unknown>): Promise<unknown> =>
  connecting.catch((error: unknown) => (error instanceof EngineStartError ? error.reason : error));

it('fails with the reason that the engine gives, and closes the port when it has it', async () => {
  const error = { code: 'ACCESS_DENIED' as const, message: 'No.', subject: '/state', hint: 'Look.' };
  const closed = Promise.withResolvers<void>();
  const reason = await failure(
    connect((port) => {
      port.addEventListener('close', () => closed.resolve());
      port.start();
      greet(port, { engine: 'failed', error });
    }),
  );
  expect(reason).toBeInstanceOf(CacheError);
  expect(reason).toMatchObject(error);
  await closed.promise;
});

it.each([
  ['ends before it greets', (port: MessagePort) => port.close(), 'The engine ended while it was starting.'],
  ['never greets', () => undefined, 'The engine has not started in time.'],
  [
    'greets with something else',
    (port: MessagePort) => port.postMessage({ engine: 'other' }),
    'The engine has not started in time.',
  ],
])('fails where the engine %s', async (_name, engine, message) => {
  expect(await failure(connect(engine, 300))).toMatchObject({ code: 'UNAVAILABLE', message });
});
