import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AnyRouter } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import { WebSocketServer } from 'ws';
import type { Session } from './sessions.ts';

/** Where the window reaches the engine. */
export const ENGINE_PATH = '/rpc';

/** The largest message that the window sends: ten thousand ids of a selection, with room to spare. */
const MAX_PAYLOAD_BYTES = 4 * 1024 * 1024;
const MAX_SOCKETS = 64;
/** How often a silent window is asked whether it is still there, and sessions are looked through. */
const PING_INTERVAL_MS = 30_000;

/** Sockets of signed-in windows, each with its own handler of the contract. */
export interface EngineSockets {
  /** The request has passed the guard and belongs to `session`. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, session: Session): void;
  isFull(): boolean;
  close(): void;
}

export function createEngineSockets(router: AnyRouter, pingIntervalMs = PING_INTERVAL_MS): EngineSockets {
  const handler = new RPCHandler(router);
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_PAYLOAD_BYTES, perMessageDeflate: false });
  const sweep = new Map<object, () => void>();
  const timer = setInterval(() => {
    for (const look of sweep.values()) look();
  }, pingIntervalMs);
  timer.unref();

  return {
    accept(request, socket, head, session) {
      server.handleUpgrade(request, socket, head, (ws) => {
        let answered = true;
        sweep.set(ws, () => {
          if (!session.isAlive()) return ws.close(4401, 'The session has ended.');
          if (!answered) return ws.terminate();
          answered = false;
          ws.ping();
        });
        ws.on('pong', () => {
          answered = true;
        });
        ws.on('message', () => session.touch());
        // An oversized or malformed frame: ws has closed the socket with the right code by itself.
        ws.on('error', () => undefined);
        ws.on('close', () => sweep.delete(ws));
        void handler.upgrade(ws);
      });
    },
    isFull: () => server.clients.size >= MAX_SOCKETS,
    close() {
      clearInterval(timer);
      for (const ws of server.clients) ws.terminate();
      server.close();
    },
  };
}
