import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import type { LayerInfoStatus } from '../../../shared/model/settings.ts';
import type { SettingStore } from '../ports/app-state.ts';
import type { Clock } from '../ports/clock.ts';
import type { LayerInfoCache } from '../ports/layer-info-cache.ts';
import { createCoalescedStream } from '../streams/coalesced.ts';
import { createDegradingLayerInfoCache } from './degrading.ts';
import { createLayeredLayerInfoCache } from './layered.ts';

const SETTING = 'layer-info.redis-url';

/** Makes the shared back end at an address. @throws `INVALID_INPUT` for what is no address */
export type LayerInfoConnector = (options: {
  readonly url: string;
  readonly onUp: () => void;
  readonly onDown: (reason: string) => void;
}) => LayerInfoCache;

/** The layer info cache of the program, whose shared back end can be named, changed and taken away while it runs. */
export interface SharedLayerInfo extends AsyncDisposable {
  /** Stays the same through every change of the setting. */
  readonly cache: LayerInfoCache;
  status(): LayerInfoStatus;
  /** The status, first at once and then whenever it changes. */
  watch(signal?: AbortSignal): AsyncIteratorObject<LayerInfoStatus, void, void>;
  /** Connects now instead of at the first look-up. Does not wait. */
  connect(): void;
  /** @throws `INVALID_INPUT` for what is no address, `CONFLICT` while the environment decides */
  setUrl(url: string): Promise<void>;
}

/** Changes that come closer together than this travel as one: every look-up is one. */
const WATCH_INTERVAL_MS = 500;

interface Link {
  readonly shared: LayerInfoCache;
  readonly cache: LayerInfoCache;
}

/** The address of the server that is named: by the environment, else by the setting. */
export function sharedLayerInfoAddress(settings: SettingStore, fixedUrl: string | undefined): string | undefined {
  return fixedUrl || settings.get(SETTING) || undefined;
}

/**
 * Opens the layer info cache of the program: a memory, and behind it the server, else this machine. `local` answers alone
 * while no server is named or none answers. A server is connected at the first look-up that the memory cannot answer, so
 * that a command which needs none pays nothing. `fixedUrl` (of the environment) wins over the setting.
 */
export function createSharedLayerInfo(options: {
  /** In front of both; without it each look-up is asked of them. */
  readonly memory?: LayerInfoCache | undefined;
  readonly local: LayerInfoCache;
  readonly open: LayerInfoConnector;
  readonly settings: SettingStore;
  readonly clock: Clock;
  readonly fixedUrl?: string | undefined;
  readonly onDegraded?: ((reason: string) => void) | undefined;
}): SharedLayerInfo {
  const { memory, local, settings, clock, fixedUrl } = options;
  let url = sharedLayerInfoAddress(settings, fixedUrl);
  let link: Link | undefined;
  let state: LayerInfoStatus['state'] = 'off';
  let reason: string | undefined;
  let since = 0;
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  enter(url === undefined ? 'off' : 'idle');

  function enter(next: LayerInfoStatus['state'], why?: string): void {
    const isChange = next !== state || since === 0;
    reason = why;
    if (isChange) {
      state = next;
      since = clock.now();
      if (next === 'degraded') options.onDegraded?.(why ?? '');
    }
    changed();
  }

  function open(address: string): Link {
    // A link that was replaced may still hear from its server: only the present one speaks for the state.
    let opened: Link | undefined;
    const isPresent = () => opened === undefined || opened === link;
    const shared = options.open({
      url: address,
      onUp: () => isPresent() && enter('up'),
      onDown: (why) =>
        isPresent() && enter('degraded', `The Redis server does not answer (${why}) and is tried again.`),
    });
    const cache = createDegradingLayerInfoCache(shared, local, (health) => {
      if (!isPresent()) return;
      if (health === 'up') enter('up');
      // The server's own word for it says more, and has come first if there is one.
      else enter('degraded', state === 'degraded' ? reason : NO_ANSWER);
    });
    opened = { shared, cache };
    return opened;
  }

  function present(): LayerInfoCache {
    if (link === undefined && url !== undefined && state === 'idle') {
      enter('connecting');
      try {
        link = open(url);
      } catch (error) {
        if (!isCacheError(error)) throw error;
        // Named by the environment or by another version: work goes on without it, and says so.
        enter('degraded', error.message);
      }
    }
    return link?.cache ?? local;
  }

  /** A look-up counts, and who watches sees the count. */
  function counted<T>(answer: Promise<T>): Promise<T> {
    if (listeners.size > 0) answer.then(changed, changed);
    return answer;
  }

  const behind: LayerInfoCache = {
    contains: (repo, digest) => present().contains(repo, digest),
    containsMany: (repo, digests) => present().containsMany(repo, digests),
    add: (repo, digest) => present().add(repo, digest),
    meta: (digest) => present().meta(digest),
    metaMany: (digests) => present().metaMany(digests),
    setMeta: (digest, meta) => present().setMeta(digest, meta),
    stats: () => present().stats(),
    [Symbol.asyncDispose]: async () => undefined,
  };
  const layered = memory ? createLayeredLayerInfoCache(memory, behind) : behind;
  const cache: LayerInfoCache = {
    ...layered,
    contains: (repo, digest) => counted(layered.contains(repo, digest)),
    containsMany: (repo, digests) => counted(layered.containsMany(repo, digests)),
    meta: (digest) => counted(layered.meta(digest)),
    metaMany: (digests) => counted(layered.metaMany(digests)),
    [Symbol.asyncDispose]: async () => undefined,
  };

  const status = (): LayerInfoStatus => ({
    ...(url === undefined ? {} : { url: withoutSecrets(url) }),
    setBy: fixedUrl ? 'environment' : url === undefined ? 'nobody' : 'setting',
    state,
    since,
    ...(reason === undefined ? {} : { reason }),
    memory: memory?.stats() ?? NONE,
    redis: link?.shared.stats() ?? NONE,
    local: local.stats(),
  });

  return {
    cache,
    connect: () => void present(),
    status,
    watch(signal) {
      let seen = '';
      return createCoalescedStream<LayerInfoStatus>({
        intervalMs: WATCH_INTERVAL_MS,
        signal,
        subscribe(wake) {
          listeners.add(wake);
          return () => listeners.delete(wake);
        },
        take() {
          const now = status();
          const text = JSON.stringify(now);
          if (text === seen) return undefined;
          seen = text;
          return now;
        },
      });
    },
    async setUrl(next) {
      if (fixedUrl) {
        throw new CacheError('CONFLICT', 'The environment decides which Redis server is used.', {
          subject: 'CACHEWRIGHT_REDIS_URL',
          hint: 'Unset the variable and start again to choose it here.',
        });
      }
      const before = link;
      // Opened first: an address that is none leaves everything as it was.
      const opened = next === '' ? undefined : open(next);
      link = opened;
      url = next === '' ? undefined : next;
      settings.set(SETTING, url);
      enter(opened === undefined ? 'off' : 'connecting');
      await before?.shared[Symbol.asyncDispose]();
    },
    async [Symbol.asyncDispose]() {
      await memory?.[Symbol.asyncDispose]();
      await link?.shared[Symbol.asyncDispose]();
      await local[Symbol.asyncDispose]();
    },
  };
}

const NONE = { hits: 0, misses: 0 };
const NO_ANSWER = 'The Redis server does not answer and is tried again.';

/** The address as it may be shown: account and parameters hold passwords, so neither stays. */
function withoutSecrets(url: string): string {
  const bare = url.replace(/[?#].*$/, '');
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(bare)?.[0];
  // What has no scheme is no address, and might be anything.
  if (scheme === undefined) return '…';
  const rest = bare.slice(scheme.length);
  return `${scheme}${scheme.startsWith('unix') ? rest : rest.slice(rest.lastIndexOf('@') + 1)}`;
}
