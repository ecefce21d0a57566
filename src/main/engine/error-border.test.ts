import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { MessageChannel } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import { createRouterClient } from '@orpc/server';
import { RPCHandler as PortHandler } from '@orpc/server/message-port';
import { RPCHandler as SocketHandler } from '@orpc/server/ws';
import { describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { CACHE_ERROR_CODES, CacheError, type CacheErrorCode } from '../../shared/base/errors.ts';
import { callerErrors } from '../../shared/contract/client-errors.ts';
import type { EngineClient } from '../../shared/contract/index.ts';
import type { Job } from '../../shared/model/job.ts';
import { createImplementer } from './implementer.ts';
import { createCoalescedStream } from './streams/coalesced.ts';
import { createMemoryReports } from './testing/stand-ins.ts';

const interceptors = [callerErrors];
const bug = new TypeError('a secret of the inside');

/** An engine of four procedures whose answers the input chooses. */
function createStandIn() {
  const { reports, internalError } = createMemoryReports();
  const os = createImplementer({ internalError });
  const aborted = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const router = {
    jobs: {
      get: os.jobs.get.handler(async ({ input: { jobId }, signal }) => {
        if (jobId === 'bug') throw bug;
        if (jobId === 'bad answer') return { id: jobId } as Job;
        if (jobId === 'system') throw Object.assign(new Error('ENOSPC: x'), { code: 'ENOSPC' });
        if (jobId === 'slow') {
          await new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
        }
        throw new CacheError(jobId as CacheErrorCode, `It was ${jobId}.`, { subject: 'this', hint: 'Do that.' });
      }),
      watch: os.jobs.watch.handler(async function* ({ input }) {
        yield [];
        if (input.jobId === 'bug') throw bug;
        throw new CacheError('CORRUPT', 'Half way.', { subject: 'here' });
      }),
    },
    sources: {
      watch: os.sources.watch.handler(({ signal }) => {
        signal?.addEventListener('abort', () => aborted.resolve());
        const lists: [][] = [[]];
        return createCoalescedStream({
          intervalMs: 10,
          signal,
          subscribe: () => ended.resolve,
          take: () => lists.pop(),
        });
      }),
    },
  };
  return { router, reports, aborted: aborted.promise, ended: ended.promise };
}

interface Reached extends ReturnType<typeof createStandIn>, AsyncDisposable {
  readonly client: EngineClient;
  /** Breaks the connection, where there is one. */
  cut?(): void;
}

const WAYS: Readonly<Record<string, () => Promise<Reached>>> = {
  async port() {
    const engine = createStandIn();
    const { port1, port2 } = new MessageChannel();
    new PortHandler(engine.router).upgrade(port1);
    const client = createORPCClient<EngineClient>(new PortLink({ port: port2, interceptors }));
    port1.start();
    port2.start();
    return { ...engine, client, cut: () => port1.close(), [Symbol.asyncDispose]: async () => port2.close() };
  },
  async socket() {
    const engine = createStandIn();
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    const handler = new SocketHandler(engine.router);
    server.on('connection', (socket) => void handler.upgrade(socket));
    await once(server, 'listening');
    const websocket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await once(websocket, 'open');
    const client = createORPCClient<EngineClient>(new SocketLink({ websocket, interceptors }));
    const cut = (): void => {
      for (const socket of server.clients) socket.terminate();
    };
    return {
      ...engine,
      client,
      cut,
      async [Symbol.asyncDispose]() {
        cut();
        server.close();
      },
    };
  },
  async 'in-process'() {
    const engine = createStandIn();
    const client = createRouterClient(engine.router, { interceptors }) as unknown as EngineClient;
    return { ...engine, client, async [Symbol.asyncDispose]() {} };
  },
};

describe.each(Object.entries(WAYS))('errors over %s', (_, reach) => {
  it.each(CACHE_ERROR_CODES.filter((code) => code !== 'INTERNAL'))('%s arrives whole', async (code) => {
    await using engine = await reach();
    const error = await engine.client.jobs.get({ jobId: code }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CacheError);
    expect(error).toMatchObject({ code, message: `It was ${code}.`, subject: 'this', hint: 'Do that.' });
  });

  it.each(['bug', 'INTERNAL', 'bad answer'])('%s arrives as a number and nothing else', async (jobId) => {
    await using engine = await reach();
    const error = (await engine.client.jobs.get({ jobId }).catch((thrown: unknown) => thrown)) as CacheError;
    expect(error.code).toBe('INTERNAL');
    expect(error.message).toBe('Something went wrong inside Cachewright.');
    expect(error.subject).toBeUndefined();
    expect(engine.reports).toHaveLength(1);
    expect(error.hint).toContain(engine.reports[0]?.id);
    if (jobId === 'bug') expect(engine.reports[0]?.error).toBe(bug);
  });

  it('gives a system error its code', async () => {
    await using engine = await reach();
    await expect(engine.client.jobs.get({ jobId: 'system' })).rejects.toMatchObject({ code: 'NO_SPACE' });
    expect(engine.reports).toEqual([]);
  });

  it('names the field of bad input', async () => {
    await using engine = await reach();
    const error = await engine.client.jobs.get({ jobId: 7 as unknown as string }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'INVALID_INPUT', subject: 'jobId' });
    expect(error).toBeInstanceOf(CacheError);
  });

  it('carries the error of a stream, after what came before it', async () => {
    await using engine = await reach();
    const items: unknown[] = [];
    const read = async (jobId: string): Promise<void> => {
      for await (const item of await engine.client.jobs.watch({ jobId })) items.push(item);
    };
    await expect(read('x')).rejects.toMatchObject({ code: 'CORRUPT', message: 'Half way.', subject: 'here' });
    await expect(read('bug')).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(items).toEqual([[], []]);
    expect(engine.reports).toHaveLength(1);
  });

  it('is CANCELLED when the caller gives up a call', async () => {
    await using engine = await reach();
    const controller = new AbortController();
    const call = engine.client.jobs.get({ jobId: 'slow' }, { signal: controller.signal });
    setImmediate(() => controller.abort(new Error('a reason of the caller')));
    await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(engine.reports).toEqual([]);
  });

  it('is CANCELLED when the caller gives up a stream, and the engine stops it at once', async () => {
    await using engine = await reach();
    const controller = new AbortController();
    const read = async (): Promise<void> => {
      for await (const _ of await engine.client.sources.watch(undefined, { signal: controller.signal })) {
        setImmediate(() => controller.abort());
      }
    };
    const failure = await read().catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(CacheError);
    expect(failure).toMatchObject({ code: 'CANCELLED' });
    await engine.aborted;
    await engine.ended;
  });

  it('stops the stream in the engine when its reader leaves the loop', async () => {
    await using engine = await reach();
    for await (const _ of await engine.client.sources.watch()) break;
    await engine.ended;
  });
});

describe.each(['port', 'socket'])('a connection that breaks: %s', (way) => {
  it('ends calls and streams as UNAVAILABLE', async () => {
    await using engine = (await WAYS[way]?.()) as Reached;
    const call = engine.client.jobs.get({ jobId: 'slow' });
    const stream = (async () => {
      for await (const _ of await engine.client.sources.watch()) engine.cut?.();
    })();
    await expect(call).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(stream).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await engine.ended;
  });
});
