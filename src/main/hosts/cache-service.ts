import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CacheError, toCacheError } from '../../shared/base/errors.ts';
import { createPostgresServiceState } from '../adapters/postgres/service-state.ts';
import { createSqliteServiceState } from '../adapters/sqlite/service-state.ts';
import { systemClock } from '../engine/ports/clock.ts';
import type { LayerStore } from '../engine/ports/layer-store.ts';
import { createLayerPresence } from '../engine/service/layer-presence.ts';
import { createPublisher } from '../engine/service/publisher.ts';
import { createService, type Service } from '../engine/service/service.ts';
import type { ServiceState } from '../engine/service/service-state.ts';
import { tokenOf } from './service/guard.ts';
import { createServiceMetrics, type ServiceMetrics } from './service/metrics.ts';
import { startServiceHost, type TlsFiles } from './service/service-host.ts';
import { openPublishTargets } from './service-publish.ts';
import { openServiceStore } from './service-store.ts';
import { stateFolders } from './state-folders.ts';

const MINUTE_MS = 60_000;
/** A round of a builder is many requests: they are published together. */
const QUIET_MS = 5000;
const MOST_QUIET_MS = MINUTE_MS;
const PERIODS = { importPeriodMs: MINUTE_MS, exportPeriodMs: 5 * MINUTE_MS, exportTimeoutMs: 10 * MINUTE_MS };

/** How a service is run until it is told to stop. */
export interface CacheServiceOptions {
  readonly store: string;
  /** `sqlite:PATH` or `postgres://…`; without it a file in the folder of the program's state, another one for each store. */
  readonly state?: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly tokenFile?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  readonly tlsClientCa?: string | undefined;
  readonly budgetBytes?: number | undefined;
  /** Where the merged cache is written after it has changed. */
  readonly publish?: readonly string[] | undefined;
  /** How long nothing may change before it is published; 5 s. */
  readonly quietMs?: number | undefined;
  /** Longest silence within the body of a request, in milliseconds; 30 s. */
  readonly idleMs?: number | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Its address and where its layers lie, once it listens. */
  readonly onListening: (url: string, location: string) => Promise<void>;
  /** The merged cache was written to a place, or could not be. */
  readonly onPublished?: ((location: string, error: unknown) => void) | undefined;
  /** A line of the log. */
  readonly log: (line: string) => void;
}

/**
 * Runs a cache service until the signal fires; what runs then is finished.
 * @throws `INVALID_INPUT` for options that cannot be, `CONFLICT` when the port is taken, and what the store throws
 */
export async function runCacheService(options: CacheServiceOptions): Promise<void> {
  const { environment, signal, budgetBytes, host, port } = options;
  const token = options.tokenFile === undefined ? undefined : tokenOf(await fileOf(options.tokenFile, '--token-file'));
  const tls = await tlsOf(options);
  await using cleanup = new AsyncDisposableStack();
  const store = await openServiceStore(options.store, environment);
  const state = cleanup.use(await openState(options.state, store.location, environment));
  const presence = createLayerPresence(store.layers, systemClock);
  const metrics = createServiceMetrics(state);
  const config = { s3: store.s3, ...PERIODS };
  const log: Log = (line) => options.log(JSON.stringify({ at: new Date().toISOString(), ...line }));
  let onChanged = (): void => undefined;
  const service = createService({ state, presence, config, budgetBytes, onChanged: () => onChanged() });
  const served = await startServiceHost({
    ...{ service, state, store: store.layers, presence, metrics, host, port, token, tls, log, idleMs: options.idleMs },
  });
  log({ event: 'listening', url: served.url, store: store.location });
  const publisher =
    options.publish && options.publish.length > 0
      ? createPublisher({
          clock: systemClock,
          random: Math.random,
          publish: await publishing(cleanup, options.publish, store.layers, {
            ...{ service, metrics, log, environment },
            onPublished: options.onPublished,
          }),
          quietMs: options.quietMs ?? QUIET_MS,
          mostMs: MOST_QUIET_MS,
        })
      : undefined;
  onChanged = () => publisher?.changed();
  try {
    await options.onListening(served.url, store.location);
    await new Promise<void>((done) => {
      if (signal.aborted) done();
      signal.addEventListener('abort', () => done(), { once: true });
    });
  } finally {
    await served.close();
    await publisher?.close();
    log({ event: 'stopped' });
  }
}

type Log = (line: Readonly<Record<string, unknown>>) => void;

/** Opens the places to publish to, and returns what writes to them. */
async function publishing(
  cleanup: AsyncDisposableStack,
  texts: readonly string[],
  layers: LayerStore,
  around: {
    readonly service: Service;
    readonly metrics: ServiceMetrics;
    readonly log: Log;
    readonly environment: CacheServiceOptions['environment'];
    readonly onPublished: CacheServiceOptions['onPublished'];
  },
): Promise<() => Promise<boolean>> {
  const { service, metrics, log, environment, onPublished } = around;
  const targets = cleanup.use(await openPublishTargets(texts, layers, environment));
  return async () => {
    try {
      const written = await targets.write(await service.merged());
      for (const { location, error } of written) {
        metrics.published(error === undefined ? 'ok' : 'failed');
        onPublished?.(location, error);
        const known = error === undefined ? undefined : toCacheError(error, location);
        log({ event: 'published', location, ...(known ? { code: known.code, message: known.message } : {}) });
      }
      return written.every(({ error }) => error === undefined);
    } catch (error) {
      const { code, message } = toCacheError(error);
      metrics.published('failed');
      log({ event: 'published', code, message });
      return false;
    }
  };
}

async function openState(
  text: string | undefined,
  storeLocation: string,
  environment: CacheServiceOptions['environment'],
): Promise<ServiceState> {
  if (text === undefined) {
    const name = createHash('sha256').update(storeLocation).digest('hex').slice(0, 16);
    return createSqliteServiceState(join(stateFolders(environment).state, `service-${name}.sqlite`));
  }
  const path = /^sqlite:(?:\/\/)?(.+)$/s.exec(text)?.[1];
  if (path !== undefined) return createSqliteServiceState(resolve(path));
  if (/^postgres(ql)?:\/\//.test(text)) return createPostgresServiceState({ url: text });
  throw new CacheError('INVALID_INPUT', 'The state of a service cannot be kept there.', {
    subject: '--state',
    hint: 'Write sqlite:PATH or postgres://USER@HOST/DATABASE.',
  });
}

async function tlsOf({ tlsCert, tlsKey, tlsClientCa }: CacheServiceOptions): Promise<TlsFiles | undefined> {
  if (tlsCert === undefined && tlsKey === undefined && tlsClientCa === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new CacheError('INVALID_INPUT', 'TLS needs a certificate and its key.', {
      subject: tlsCert === undefined ? '--tls-cert' : '--tls-key',
      hint: 'Give --tls-cert and --tls-key, both PEM files.',
    });
  }
  return {
    cert: await fileOf(tlsCert, '--tls-cert'),
    key: await fileOf(tlsKey, '--tls-key'),
    clientCa: tlsClientCa === undefined ? undefined : await fileOf(tlsClientCa, '--tls-client-ca'),
  };
}

async function fileOf(path: string, option: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { message } = toCacheError(error, path);
    throw new CacheError('INVALID_INPUT', `The file of ${option} cannot be read. ${message}`, {
      subject: path,
      hint: 'Check its path, owner and mode.',
    });
  }
}
