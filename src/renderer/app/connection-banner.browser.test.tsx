import '../base/styles/tokens.css';
import '../base/styles/base.css';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ENGINE_PORT_MESSAGE } from '../../shared/contract/bridge.ts';
import type { Greeting } from '../../shared/contract/greeting.ts';
import { type Connection, createConnection } from '../client/connection.ts';
import { EngineProvider } from '../client/engine-context.tsx';
import { createMessagePortTransport } from '../client/message-port.ts';
import { createQueryClient } from '../client/query-client.ts';
import { ConnectionBanner } from './connection-banner.tsx';

let host: HTMLElement;
let connection: Connection | undefined;
let unmount = (): void => {};
beforeEach(() => {
  host = document.createElement('div');
  document.body.append(host);
});
afterEach(() => {
  unmount();
  connection?.close();
  host.remove();
});

/** The banner of a window whose engine is `engine`, at the other end of a real port; it is asked at each try. */
function show(engine: (port: MessagePort) => void): void {
  const bridge = {
    connect: () => {
      const { port1, port2 } = new MessageChannel();
      window.postMessage(ENGINE_PORT_MESSAGE, '*', [port1]);
      engine(port2);
    },
  };
  connection = createConnection(createMessagePortTransport(bridge));
  const root = createRoot(host);
  unmount = () => root.unmount();
  root.render(
    <EngineProvider connection={connection} queryClient={createQueryClient()}>
      <ConnectionBanner />
    </EngineProvider>,
  );
}

const greet = (port: MessagePort, greeting: Greeting): void => port.postMessage(greeting);
const SOON = { timeout: 5_000 };

test('says within five seconds why the engine cannot start, and goes when it can', async () => {
  let isMended = false;
  show((port) => {
    if (isMended) greet(port, { engine: 'ready' });
    else {
      const error = {
        code: 'ACCESS_DENIED' as const,
        message: 'Reading or writing was not permitted.',
        subject: '/srv/state',
        hint: 'Check owner and mode.',
      };
      greet(port, { engine: 'failed', error });
    }
  });
  await expect
    .poll(() => host.textContent, SOON)
    .toContain(
      'The engine cannot start. Reading or writing was not permitted. /srv/state Check owner and mode. ACCESS_DENIED',
    );
  isMended = true;
  await expect.poll(() => host.textContent, SOON).toBe('');
});

test('says that the engine is still starting where it does not greet', async () => {
  show(() => {});
  await expect.poll(() => host.textContent, SOON).toBe('The engine is still starting.');
});

test('says nothing about an engine that greets at once', async () => {
  show((port) => greet(port, { engine: 'ready' }));
  await expect.poll(() => connection?.state.get().phase).toBe('open');
  expect(host.textContent).toBe('');
});
