import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { AnyRouter } from '@orpc/server';
import { CacheError } from '../../../shared/base/errors.ts';
import { type Clock, systemClock } from '../../engine/ports/clock.ts';
import { pathOf } from '../safe-path.ts';
import type { Site, SiteAnswer } from '../site.ts';
import { createEngineSockets, ENGINE_PATH, type EngineSockets } from './engine-socket.ts';
import { factsOf } from './facts.ts';
import { createLoginCodes, type LoginCodes } from './login-codes.ts';
import { messagePage } from './message-page.ts';
import { answerPage } from './pages.ts';
import { refusal } from './request-guard.ts';
import { createSessions, type Session, type Sessions } from './sessions.ts';

/** The window's files and the engine's socket on a loopback port. */
export interface WebHost {
  readonly port: number;
  /** A fresh address that signs one browser in, once, and then shows `next` (a path of the window). */
  loginAddress(next?: string): string;
  /** Ends every connection; resolves when the port is free. */
  close(): Promise<void>;
}

export interface WebHostOptions {
  readonly router: AnyRouter;
  readonly site: Site;
  /** 0 or absent: a free one. */
  readonly port?: number;
  readonly clock?: Clock;
  /** How long a client may take to send its headers, in milliseconds. */
  readonly headersTimeoutMs?: number;
  readonly sessionIdleMs?: number;
  /** How often open windows are looked through, in milliseconds. */
  readonly pingIntervalMs?: number;
}

/** The one address that is listened on. Other machines come through an SSH tunnel. */
const ADDRESS = '127.0.0.1';

/** @throws `CONFLICT` when the port is taken, `ACCESS_DENIED` when it may not be used */
export async function startWebHost(options: WebHostOptions): Promise<WebHost> {
  const clock = options.clock ?? systemClock;
  const headersTimeout = options.headersTimeoutMs ?? 10_000;
  const server = createServer({
    maxHeaderSize: 16 * 1024,
    headersTimeout,
    requestTimeout: headersTimeout,
    connectionsCheckingInterval: Math.max(50, Math.min(1000, headersTimeout / 4)),
    keepAliveTimeout: 5_000,
    // A missing Host is answered by the guard, with its own words.
    requireHostHeader: false,
  });
  server.maxConnections = 256;
  const port = await listen(server, options.port ?? 0);
  const codes = createLoginCodes(clock);
  const sessions = createSessions(port, clock, options.sessionIdleMs);
  const sockets = createEngineSockets(options.router, options.pingIntervalMs);

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    send(request, response, answerRequest(request, port, options.site, codes, sessions));
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    upgrade(request, socket, head, port, sessions, sockets);
  });

  return {
    port,
    loginAddress(next) {
      const query = new URLSearchParams({ code: codes.issue(), ...(next === undefined ? {} : { next }) });
      return `http://${ADDRESS}:${port}/login?${query}`;
    },
    close: () =>
      new Promise((resolve) => {
        sockets.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(
        new CacheError(taken ? 'CONFLICT' : 'ACCESS_DENIED', 'The port cannot be used.', {
          subject: `${ADDRESS}:${port}`,
          hint: taken ? 'Another program listens on it: choose another port.' : 'Choose a port above 1023.',
          cause: error,
        }),
      );
    });
    server.listen(port, ADDRESS, () => resolve((server.address() as AddressInfo).port));
  });
}

function answerRequest(
  request: IncomingMessage,
  port: number,
  site: Site,
  codes: LoginCodes,
  sessions: Sessions,
): SiteAnswer {
  const refused = refusal(factsOf(request, false), port);
  if (refused) return messagePage(refused.status, 'Not here', refused.text);
  if (pathOf(request.url ?? '') === ENGINE_PATH) {
    return messagePage(426, 'Not a page', 'The window speaks to its engine here, over a WebSocket.');
  }
  return answerPage(request, site, codes, sessions);
}

function send(request: IncomingMessage, response: ServerResponse, answer: SiteAnswer): void {
  const extra = answer.status === 405 ? { allow: 'GET, HEAD' } : {};
  response.writeHead(answer.status, { ...answer.headers, ...extra, 'content-length': String(answer.body.byteLength) });
  response.end(request.method === 'HEAD' ? undefined : answer.body);
}

function upgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  port: number,
  sessions: Sessions,
  sockets: EngineSockets,
): void {
  const session = sockets.isFull() ? 503 : sessionOrStatus(request, port, sessions);
  if (typeof session === 'number') {
    socket.end(`HTTP/1.1 ${session} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  } else {
    sockets.accept(request, socket, head, session);
  }
}

/** The session an upgrade belongs to, or the status it is refused with. */
function sessionOrStatus(request: IncomingMessage, port: number, sessions: Sessions): Session | number {
  const refused = refusal(factsOf(request, true), port);
  if (refused) return refused.status;
  if (pathOf(request.url ?? '') !== ENGINE_PATH) return 404;
  return sessions.find(request.headers.cookie) ?? 401;
}
