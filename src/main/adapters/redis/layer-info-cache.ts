import { createClient } from '@redis/client';
import { CacheError } from '../../../shared/base/errors.ts';
import { type Clock, systemClock } from '../../engine/ports/clock.ts';
import {
  checkedLayerInfoCache,
  type LayerInfoCache,
  type LayerMeta,
  layerInfoNotFound,
} from '../../engine/ports/layer-info-cache.ts';

/**
 * Key layout, version 1. A repository's members are a set, a layer's meta is a hash:
 *
 *   cachewright:layer-info:1:members:<repository>   set of digests
 *   cachewright:layer-info:1:meta:<digest>          hash { path, length, seenAt: empty for none }
 */
const FAMILY = 'cachewright:layer-info:1';
const membersKey = (repo: string) => `${FAMILY}:members:${repo}`;
const metaKey = (digest: string) => `${FAMILY}:meta:${digest}`;
const META_FIELDS = ['path', 'length', 'seenAt'];

/** How long a call may wait for a server that does not answer. */
const CALL_TIMEOUT_MS = 2_000;

/** Keeps a quiet connection from looking like one whose server is gone. */
const PING_INTERVAL_MS = 10_000;
const SOCKET_TIMEOUT_MS = 30_000;
const SILENT = 'timeout';

/** What a Redis back end tells besides its answers. */
export interface RedisLayerInfoOptions {
  /** `redis://…`, `rediss://…` or `unix://PATH`; never shown, for it may hold a password. */
  readonly url: string;
  readonly onUp?: () => void;
  /** The connection broke or could not be made; it is tried again by itself, ever more slowly up to every 5 s. */
  readonly onDown?: (reason: string) => void;
  /** What calls wait by; the machine's by default. */
  readonly clock?: Clock;
}

/**
 * A layer info cache in Redis, shared between machines. Calls made in one tick travel in one pipeline. While the server
 * cannot be reached every call fails at once with `UNAVAILABLE`: put it in front of another back end with
 * `createDegradingLayerInfoCache`.
 * @throws `INVALID_INPUT` for an address that is none
 */
export function createRedisLayerInfoCache(options: RedisLayerInfoOptions): LayerInfoCache {
  const { url, onUp, onDown, clock = systemClock } = options;
  const client = openClient(url);
  let hits = 0;
  let misses = 0;
  let disposed = false;
  let stalled = false;
  client.on('ready', up);
  client.on('error', (error: Error) => onDown?.(reasonOf(error)));
  const connecting = client.connect().catch(() => undefined);
  // The first calls wait for the first connection, briefly; later ones fail at once while it is down.
  const firstFailure = new Promise<void>((resolve) => client.once('error', () => resolve()));
  const settled = new AbortController();
  const patience = clock.wait(CALL_TIMEOUT_MS, settled.signal);
  const firstConnection = Promise.race([connecting, firstFailure, patience]).then(() => {
    settled.abort();
    // Neither there nor refused: a host that takes connections and says nothing.
    if (!client.isReady && !disposed) onDown?.(SILENT);
  });

  function up(): void {
    stalled = false;
    onUp?.();
  }

  /** One call has waited in vain: the others do not, until the server answers again or is connected anew. */
  function stall(): void {
    if (stalled) return;
    stalled = true;
    onDown?.(SILENT);
    client.ping().then(up, () => undefined);
  }

  async function ask<T>(call: () => Promise<T>): Promise<T> {
    await firstConnection;
    if (!client.isReady || stalled) throw unavailable();
    // The client's own time limit ends when a command is sent; a server that has stopped takes commands for long.
    const answered = new AbortController();
    const late = clock.wait(CALL_TIMEOUT_MS, answered.signal).then((): never => {
      if (!answered.signal.aborted) stall();
      throw new Error(SILENT);
    });
    try {
      return await Promise.race([call(), late]);
    } catch (error) {
      throw unavailable(error);
    } finally {
      answered.abort();
    }
  }
  const count = <T>(answer: T | undefined): T | undefined => {
    if (answer === undefined) misses += 1;
    else hits += 1;
    return answer;
  };

  return checkedLayerInfoCache({
    async contains(repo, digest) {
      const found = await ask(() => client.sIsMember(membersKey(repo), digest));
      return count(found === 1 ? true : undefined) === true;
    },
    async containsMany(repo, digests) {
      const found = await ask(() => client.smIsMember(membersKey(repo), [...digests]));
      return found.map((one) => count(one === 1 ? true : undefined) === true);
    },
    async add(repo, digest) {
      await ask(() => client.sAdd(membersKey(repo), digest));
    },
    async meta(digest) {
      const meta = count(parseMeta(await ask(() => client.hmGet(metaKey(digest), META_FIELDS))));
      if (!meta) throw layerInfoNotFound(digest);
      return meta;
    },
    async metaMany(digests) {
      const rows = await ask(() => Promise.all(digests.map((digest) => client.hmGet(metaKey(digest), META_FIELDS))));
      return rows.map((row) => count(parseMeta(row)));
    },
    async setMeta(digest, { path, length, seenAt }) {
      // An empty time for none: written with the rest in one command, it never stays from an earlier meta.
      const time = seenAt === undefined ? '' : String(seenAt);
      await ask(() => client.hSet(metaKey(digest), { path, length: String(length), seenAt: time }));
    },
    stats: () => ({ hits, misses }),
    async [Symbol.asyncDispose]() {
      disposed = true;
      settled.abort();
      client.destroy();
    },
  });
}

function openClient(url: string) {
  const socket = {
    connectTimeout: CALL_TIMEOUT_MS,
    socketTimeout: SOCKET_TIMEOUT_MS,
    reconnectStrategy: (retries: number) => Math.min(100 * 2 ** retries, 5_000),
  };
  const common = { disableOfflineQueue: true, pingInterval: PING_INTERVAL_MS };
  try {
    if (url.startsWith('unix://')) {
      return createClient({ ...common, socket: { ...socket, path: url.slice('unix://'.length), tls: false } });
    }
    return createClient({ ...common, url, socket });
  } catch {
    // Without the cause: it quotes the address, and with it the password.
    throw new CacheError('INVALID_INPUT', 'This is not the address of a Redis server.', {
      subject: 'CACHEWRIGHT_REDIS_URL',
      hint: 'Write redis://HOST:PORT, rediss://HOST:PORT or unix:///PATH/TO/SOCKET.',
    });
  }
}

function parseMeta(row: readonly (string | null | undefined)[]): LayerMeta | undefined {
  const [path, length, seenAt] = row;
  if (typeof path !== 'string' || typeof length !== 'string') return undefined;
  const bytes = Number(length);
  // Someone else's rubbish under our key is no answer: never a wrong one.
  if (path === '' || !Number.isSafeInteger(bytes) || bytes < 0) return undefined;
  const seen = Number(seenAt || Number.NaN);
  return { path, length: bytes, ...(Number.isSafeInteger(seen) && seen >= 0 ? { seenAt: seen } : {}) };
}

function unavailable(cause?: unknown): CacheError {
  return new CacheError('UNAVAILABLE', 'The Redis server does not answer.', {
    subject: 'redis',
    hint: 'Is it running, and is CACHEWRIGHT_REDIS_URL right? It is tried again by itself.',
    cause,
  });
}

/** The system's own word for why a connection failed: a code, never the address. */
function reasonOf(error: Error & { code?: string }): string {
  return error.code ?? error.name;
}
