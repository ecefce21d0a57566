import { type ClientContext, type ClientOptions, createORPCClient } from '@orpc/client';
import type { CacheError } from '../../shared/base/errors.ts';
import { callerErrors } from '../../shared/contract/client-errors.ts';
import type { EngineClient } from '../../shared/contract/index.ts';
import { type Activity, createActivity } from './activity.ts';
import { notConnected } from './errors.ts';
import { createSignalValue, type SignalValue } from './signal-value.ts';
import { EngineStartError, type Session, type Transport } from './transport.ts';

/**
 * What the window shows of its connection. `retryAt` is epoch ms of the next try; `reason` is why the last one found no
 * engine, where that is known.
 */
export type ConnectionState =
  | { readonly phase: 'connecting'; readonly attempt: number; readonly reason?: CacheError }
  | { readonly phase: 'open' }
  | { readonly phase: 'lost'; readonly attempt: number; readonly retryAt: number; readonly reason?: CacheError };

/** A connection that comes back by itself, and the engine as seen through it. */
export interface Connection {
  readonly engine: EngineClient;
  readonly state: Pick<SignalValue<ConnectionState>, 'get' | 'subscribe'>;
  readonly activity: Activity;
  /** Tries at once instead of at `retryAt`. */
  retryNow(): void;
  close(): void;
}

/** A connection that lasted this long was a good one: the next wait is short again. */
export const STEADY_MS = 10_000;

/** Wait before the nth try: 250 ms doubling up to 5 s. */
export function retryDelayMs(attempt: number): number {
  return Math.min(5_000, 250 * 2 ** Math.max(0, attempt - 1));
}

/**
 * Connects, and connects again whenever the connection breaks. A call made while connecting waits for that try; a call
 * made while waiting for the next one fails at once with `UNAVAILABLE`. A call in flight when the connection breaks fails with
 * `UNAVAILABLE`: it is not repeated here, because only a read may be.
 */
export function createConnection(transport: Transport, activity: Activity = createActivity()): Connection {
  const state = createSignalValue<ConnectionState>({ phase: 'connecting', attempt: 1 });
  let stopped = false;
  let session: Promise<Session>;
  let current: Session | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const open = (attempt: number, reason?: CacheError): void => {
    state.set({ phase: 'connecting', attempt, ...(reason && { reason }) });
    session = transport.connect();
    session.then(
      (opened) => {
        if (stopped) return opened.close();
        current = opened;
        const openedMs = performance.now();
        state.set({ phase: 'open' });
        opened.closed.then(() => wait(performance.now() - openedMs < STEADY_MS ? attempt + 1 : 1));
      },
      (error: unknown) => wait(attempt + 1, error instanceof EngineStartError ? error.reason : undefined),
    );
  };
  const wait = (attempt: number, reason?: CacheError): void => {
    current = undefined;
    if (stopped) return;
    const delay = retryDelayMs(attempt);
    state.set({ phase: 'lost', attempt, retryAt: Date.now() + delay, ...(reason && { reason }) });
    timer = setTimeout(() => open(attempt, reason), delay);
  };

  const call = (path: readonly string[], input: unknown, options: ClientOptions<ClientContext>) => {
    const end = activity.begin();
    const next = async (): Promise<unknown> => {
      if (state.get().phase === 'lost') throw notConnected();
      return (await session).link.call(path, input, options);
    };
    return callerErrors({ signal: options.signal, next }).finally(end);
  };

  open(1);
  return {
    engine: createORPCClient<EngineClient>({ call }),
    state,
    activity,
    retryNow() {
      const now = state.get();
      if (now.phase !== 'lost' || stopped) return;
      clearTimeout(timer);
      open(now.attempt, now.reason);
    },
    close() {
      stopped = true;
      clearTimeout(timer);
      current?.close();
    },
  };
}
