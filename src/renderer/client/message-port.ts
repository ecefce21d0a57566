import { RPCLink } from '@orpc/client/message-port';
import { CacheError } from '../../shared/base/errors.ts';
import { type DesktopBridge, ENGINE_PORT_MESSAGE } from '../../shared/contract/bridge.ts';
import type { Session, Transport } from './transport.ts';

/** How long the engine process may take to hand over its port. It is starting a process, not reading a cache. */
const CONNECT_TIMEOUT_MS = 15_000;

/** Reaches the engine process of the desktop host over a MessagePort that the preload hands over. */
export function createMessagePortTransport(bridge: DesktopBridge): Transport {
  return {
    connect: () =>
      new Promise<Session>((resolve, reject) => {
        const give = (event: MessageEvent): void => {
          const port = event.ports[0];
          if (event.source !== window || event.data !== ENGINE_PORT_MESSAGE || !port) return;
          window.removeEventListener('message', give);
          clearTimeout(timer);
          resolve(sessionOf(port));
        };
        const timer = setTimeout(() => {
          window.removeEventListener('message', give);
          reject(
            new CacheError('UNAVAILABLE', 'The engine did not start.', { hint: 'Close the window and open it again.' }),
          );
        }, CONNECT_TIMEOUT_MS);
        window.addEventListener('message', give);
        bridge.connect();
      }),
  };
}

function sessionOf(port: MessagePort): Session {
  const closed = new Promise<void>((done) => port.addEventListener('close', () => done(), { once: true }));
  const link = new RPCLink({ port });
  port.start();
  return { link, closed, close: () => port.close() };
}
