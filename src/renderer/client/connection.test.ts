import { afterEach, describe, expect, it, vi } from 'vitest';
import { CacheError } from '../../shared/base/errors.ts';
import { type Connection, type ConnectionState, createConnection, retryDelayMs, STEADY_MS } from './connection.ts';
import { EngineStartError, type Session, type Transport } from './transport.ts';

/** A transport whose connections the test opens, refuses and breaks. */
function createHandTransport() {
  const tries: { resolve(session: Session): void; reject(error: unknown): void }[] = [];
  const transport: Transport = { connect: () => new Promise((resolve, reject) => tries.push({ resolve, reject })) };
  const open = (call: (path: readonly string[]) => Promise<unknown>) => {
    let breakIt = (): void => {};
    const closed = new Promise<void>((done) => {
      breakIt = done;
    });
    tries.at(-1)?.resolve({ link: { call }, closed, close: breakIt });
    return breakIt;
  };
  return { transport, tries, open };
}

const made: Connection[] = [];
function connect(transport: Transport): Connection {
  const connection = createConnection(transport);
  made.push(connection);
  return connection;
}
afterEach(() => {
  for (const connection of made.splice(0)) connection.close();
  vi.useRealTimers();
});

const reached = (connection: Connection, phase: ConnectionState['phase']): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (connection.state.get().phase === phase) resolve();
    };
    connection.state.subscribe(look);
    look();
  });

describe('a connection', () => {
  it('lets a call wait for the first connection', async () => {
    const { transport, open } = createHandTransport();
    const { engine, activity } = connect(transport);
    const answer = engine.sources.list();
    expect(activity.count).toBe(1);
    open(async (path) => path.join('.'));
    expect(await answer).toBe('sources.list');
    expect(activity.count).toBe(0);
  });

  it('fails calls while nobody answers, tries again later, and works after that', async () => {
    vi.useFakeTimers();
    const { transport, tries, open } = createHandTransport();
    const connection = connect(transport);
    const early = connection.engine.sources.list().catch((error: unknown) => error);
    tries[0]?.reject(new CacheError('UNAVAILABLE', 'nobody'));
    await vi.advanceTimersByTimeAsync(0);
    expect(await early).toMatchObject({ code: 'UNAVAILABLE' });
    expect(connection.state.get()).toMatchObject({ phase: 'lost', attempt: 2 });
    await expect(connection.engine.sources.list()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await vi.advanceTimersByTimeAsync(retryDelayMs(2));
    expect(tries).toHaveLength(2);
    open(async () => 'back');
    expect(await connection.engine.sources.list()).toBe('back');
    expect(connection.state.get().phase).toBe('open');
  });

  it('asks nothing of a connection that broke', async () => {
    const { transport, open } = createHandTransport();
    const connection = connect(transport);
    const asked: string[] = [];
    const breakIt = open(async (path) => asked.push(path.join('.')));
    await connection.engine.sources.list();
    breakIt();
    await reached(connection, 'lost');
    await expect(connection.engine.sources.list()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(asked).toEqual(['sources.list']);
  });

  it('notices a break and connects again at once when asked', async () => {
    const { transport, tries, open } = createHandTransport();
    const connection = connect(transport);
    const breakIt = open(async () => 'first');
    await reached(connection, 'open');
    breakIt();
    await reached(connection, 'lost');
    connection.retryNow();
    expect(tries).toHaveLength(2);
    open(async () => 'second');
    expect(await connection.engine.sources.list()).toBe('second');
  });

  it('says why there is no engine, also while it tries again, until there is one', async () => {
    vi.useFakeTimers();
    const { transport, tries, open } = createHandTransport();
    const { state, engine } = connect(transport);
    const reason = new CacheError('ACCESS_DENIED', 'No.');
    const call = engine.sources.list().catch((error: unknown) => error);
    tries[0]?.reject(new EngineStartError(reason));
    await vi.advanceTimersByTimeAsync(0);
    expect(state.get()).toMatchObject({ phase: 'lost', reason });
    // A call was not refused for that reason: it may be repeated once the engine runs.
    expect(await call).toMatchObject({ code: 'UNAVAILABLE' });
    await vi.advanceTimersByTimeAsync(retryDelayMs(2));
    expect(state.get()).toMatchObject({ phase: 'connecting', reason });
    open(async () => 'back');
    await vi.advanceTimersByTimeAsync(0);
    expect(state.get()).toEqual({ phase: 'open' });
  });

  it('waits ever longer for an engine that goes right after it came, and not for one that stayed', async () => {
    vi.useFakeTimers();
    const { transport, open } = createHandTransport();
    const { state } = connect(transport);
    const attempts: unknown[] = [];
    for (const lastsMs of [0, STEADY_MS - 1, 0, STEADY_MS, 0]) {
      const breakIt = open(async () => 'here');
      await vi.advanceTimersByTimeAsync(lastsMs);
      breakIt();
      await vi.advanceTimersByTimeAsync(0);
      const now = state.get();
      attempts.push(now.phase === 'lost' ? now.attempt : now.phase);
      await vi.advanceTimersByTimeAsync(5_000);
    }
    expect(attempts).toEqual([2, 3, 4, 1, 2]);
  });

  it('turns what a transport throws into errors of the contract', async () => {
    const { transport, open } = createHandTransport();
    const { engine } = connect(transport);
    open(async () => {
      throw new Error('queue closed');
    });
    await expect(engine.sources.list()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const stop = new AbortController();
    stop.abort();
    await expect(engine.sources.list(undefined, { signal: stop.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('waits longer each time, up to five seconds', () => {
    expect([1, 2, 3, 4, 5, 6, 20].map(retryDelayMs)).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
  });
});
