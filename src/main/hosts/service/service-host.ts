import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { CacheError, type CacheErrorCode, toCacheError } from '../../../shared/base/errors.ts';
import type { SizedLayerStore } from '../../engine/ports/layer-store.ts';
import { marshalCacheConfig } from '../../engine/remotecache/marshal.ts';
import type { LayerPresence } from '../../engine/service/layer-presence.ts';
import { readRecordsRequest } from '../../engine/service/records-reader.ts';
import { readGetConfig, readRecordLayers, writeAsked, writeConfig } from '../../engine/service/server-wire.ts';
import type { Service } from '../../engine/service/service.ts';
import type { ServiceState } from '../../engine/service/service-state.ts';
import { createSlots } from '../../engine/streams/slots.ts';
import { type AccessRules, refusal, requireSafeAddress } from './guard.ts';
import { answerLayer } from './layer-requests.ts';
import type { ServiceMetrics } from './metrics.ts';
import { BodyRefused, bodyOf, textOf } from './request-body.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const MAX_BYTES = { config: 64 * KIB, records: 512 * MIB, layers: 64 * MIB } as const;
const HEADERS_TIMEOUT_MS = 10_000;
/** The longest request: a large layer over a slow line. */
const REQUEST_TIMEOUT_MS = 60 * 60 * 1000;
const IDLE_MS = 30_000;
/** How long a shutdown waits for what runs. */
const CLOSE_MS = 30_000;
const MAX_CONNECTIONS = 1000;
/** Updates and imports at once: each of them may use much memory. */
const HEAVY_AT_ONCE = 4;

/** Certificates in PEM. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly clientCa: string | undefined;
}

/** What a service is served with. */
export interface ServiceHostOptions {
  readonly service: Service;
  readonly state: ServiceState;
  readonly store: SizedLayerStore;
  readonly presence: LayerPresence;
  readonly metrics: ServiceMetrics;
  readonly host: string;
  readonly port: number;
  readonly token: string | undefined;
  readonly tls: TlsFiles | undefined;
  /** Longest silence within a body; 30 s. */
  readonly idleMs?: number | undefined;
  /** A line for each request. Never a header, a body or a query. */
  readonly log: (line: Readonly<Record<string, string | number | undefined>>) => void;
}

/** A cache service that listens. */
export interface ServiceHost {
  readonly url: string;
  /** Takes no more requests, and waits for those that run. */
  close(): Promise<void>;
}

/**
 * Serves a cache service over HTTP.
 * @throws `INVALID_INPUT` where others would reach it without a token or certificate, `CONFLICT` when the port is taken
 */
export async function startServiceHost(options: ServiceHostOptions): Promise<ServiceHost> {
  const { host, port, token, tls, metrics, log } = options;
  const rules: AccessRules = { token, hasClientCa: tls?.clientCa !== undefined };
  requireSafeAddress(host, rules);
  const answer = createAnswers(options);
  let isClosing = false;

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const started = performance.now();
    const path = (request.url ?? '/').replace(/\?.*/s, '');
    const route = /^\/(config|records|layers|import|healthz|metrics)$/.test(path)
      ? path
      : path.startsWith('/layers/')
        ? '/layers/DIGEST'
        : 'other';
    if (isClosing) response.setHeader('connection', 'close');
    response.once('close', () => {
      const status = response.writableFinished ? response.statusCode : 499;
      const ms = performance.now() - started;
      metrics.answered(METHODS.has(request.method ?? '') ? (request.method ?? '') : 'other', route, status, ms / 1000);
      log({
        event: 'request',
        method: request.method,
        route,
        status,
        ms: Math.round(ms),
        from: request.socket.remoteAddress,
      });
    });
    const isCertified = (request.socket as Partial<TLSSocket>).authorized === true;
    const { host: _, origin, authorization } = request.headers;
    const refused = refusal(
      { path, hosts: request.headersDistinct.host ?? [], origin, authorization, isCertified },
      rules,
    );
    const work = refused ? Promise.reject(refused) : answer(request, response, path);
    work.catch((error: unknown) => fail(request, response, error, refused !== undefined));
  }

  function fail(request: IncomingMessage, response: ServerResponse, error: unknown, isRefused: boolean): void {
    const known = toCacheError(error, 'request');
    if (known.code === 'INTERNAL') log({ event: 'error', message: known.message });
    if (response.headersSent || response.destroyed) return void response.destroy();
    const shown = known.code === 'INTERNAL' ? internal() : known;
    const { code, message, subject, hint } = shown;
    const status = isRefused ? 401 : error instanceof BodyRefused ? error.status : STATUS[code];
    const body = `${JSON.stringify({ code, message, subject, hint })}\n`;
    // What is still to come of the body is not read: the connection ends with the answer.
    const rest = request.complete ? {} : { connection: 'close' };
    const challenge = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
    response.writeHead(status, { 'content-type': 'application/json', ...rest, ...challenge });
    response.end(body, () => {
      if (!request.complete) request.destroy();
    });
  }

  const server: Server = tls
    ? createTlsServer(
        {
          cert: tls.cert,
          key: tls.key,
          minVersion: 'TLSv1.2',
          ...(tls.clientCa === undefined ? {} : { ca: tls.clientCa, requestCert: true, rejectUnauthorized: true }),
        },
        handle,
      )
    : createServer(handle);
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE';
      const hint = isTaken ? 'Choose another one with --port.' : 'Check --host and --port.';
      const message = isTaken ? 'The port is taken.' : 'The address cannot be listened on.';
      reject(new CacheError(isTaken ? 'CONFLICT' : 'INVALID_INPUT', message, { subject: `${host}:${port}`, hint }));
    });
    server.listen(port, host, resolve);
  });
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    url: `${tls ? 'https' : 'http'}://${name}:${(server.address() as AddressInfo).port}`,
    async close() {
      isClosing = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const late = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
      await closed;
      clearTimeout(late);
    },
  };
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT']);

const STATUS: Readonly<Record<CacheErrorCode, number>> = {
  NOT_FOUND: 404,
  SIZE_MISMATCH: 422,
  DIGEST_MISMATCH: 422,
  INVALID_INPUT: 400,
  UNSUPPORTED_FORMAT: 400,
  CORRUPT: 400,
  // Of the store behind: the client is known.
  ACCESS_DENIED: 502,
  UNAVAILABLE: 503,
  CONFLICT: 409,
  STALE_PLAN: 409,
  NO_SPACE: 507,
  CANCELLED: 503,
  INTERNAL: 500,
};

function internal(): CacheError {
  return new CacheError('INTERNAL', 'The service failed.', { hint: 'Look at its log, and try again.' });
}

/** The answers of each path. */
function createAnswers(options: ServiceHostOptions) {
  const { service, state, store, presence, metrics, idleMs = IDLE_MS } = options;
  const heavy = createSlots(HEAVY_AT_ONCE);
  const json = (response: ServerResponse, body: string): void => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(`${body}\n`);
  };

  return async (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> => {
    const { method = '' } = request;
    const digest = /^\/layers\/(.+)$/s.exec(path)?.[1];
    if (digest !== undefined && ['HEAD', 'GET', 'PUT'].includes(method)) {
      const { took: onTaken, gave: onGiven } = metrics;
      return answerLayer(request, response, digest, { store, presence, idleMs, onTaken, onGiven });
    }
    switch (`${method} ${path}`) {
      case 'GET /config': {
        const body = await textOf(request, { maxBytes: MAX_BYTES.config, idleMs });
        return json(response, writeConfig(await service.getConfig(readGetConfig(body))));
      }
      case 'POST /records': {
        using _slot = await heavy.take();
        const chunks = bodyOf(request, { maxBytes: MAX_BYTES.records, idleMs });
        const answer = await service.updateCacheRecords(readRecordsRequest(chunks));
        metrics.asked(answer.exportRecords.length);
        return json(response, writeAsked(answer));
      }
      case 'POST /layers': {
        const body = await textOf(request, { maxBytes: MAX_BYTES.layers, idleMs });
        await service.updateCacheLayers(readRecordLayers(body));
        return json(response, '{}');
      }
      case 'GET /import': {
        using _slot = await heavy.take();
        const config = await service.importCache();
        response.writeHead(200, { 'content-type': 'application/json' });
        for (const piece of marshalCacheConfig(config)) {
          if (!response.write(piece))
            await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
          if (response.destroyed) return;
        }
        response.end();
        return;
      }
      case 'GET /healthz':
        await state.check();
        return json(response, '{"status":"ok"}');
      case 'GET /metrics':
        response.writeHead(200, { 'content-type': metrics.contentType }).end(await metrics.text());
        return;
      default:
        throw new CacheError('NOT_FOUND', 'Nothing is served under this method and path.', {
          subject: `${METHODS.has(method) ? method : 'other'} ${path.slice(0, 100)}`,
          hint: 'The paths are GET /config, POST /records, POST /layers, GET /import, /layers/DIGEST, /healthz and /metrics.',
        });
    }
  };
}
