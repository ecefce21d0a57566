import { RPCLink } from '@orpc/client/websocket';
import { CacheError } from '../../shared/base/errors.ts';
import type { Session, Transport } from './transport.ts';

/** Address of the engine's socket: same origin as the page, so that its cookie and its origin check apply. */
export function engineSocketUrl(page: Pick<Location, 'protocol' | 'host'>): string {
  return `${page.protocol === 'https:' ? 'wss' : 'ws'}://${page.host}/rpc`;
}

/** Reaches the engine of the web host over a WebSocket. */
export function createWebSocketTransport(url: string): Transport {
  return {
    connect: () =>
      new Promise<Session>((resolve, reject) => {
        const socket = new WebSocket(url);
        const closed = new Promise<void>((done) => socket.addEventListener('close', () => done(), { once: true }));
        socket.addEventListener(
          'open',
          () => resolve({ link: new RPCLink({ websocket: socket }), closed, close: () => socket.close() }),
          { once: true },
        );
        closed.then(() =>
          // After `open` this rejection has no effect: the promise is settled already.
          reject(
            new CacheError('UNAVAILABLE', 'The engine does not answer.', {
              subject: url,
              hint: 'If it was stopped, run it again and open the address that it prints.',
            }),
          ),
        );
      }),
  };
}
