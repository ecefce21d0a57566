import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createHandClock } from '../../engine/testing/stand-ins.ts';
import { createRegistryClient } from './client.ts';

/** A server on loopback; what it was asked, and with which password. */
async function startServer(handle: (request: IncomingMessage, response: ServerResponse) => void) {
  const asked: { readonly path: string | undefined; readonly authorization: string | undefined }[] = [];
  const server = createServer((request, response) => {
    asked.push({ path: request.url, authorization: request.headers.authorization });
    handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    asked,
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const request = { method: 'GET', scope: 'repository:app:pull', subject: 'app' } as const;
const ada = async () => ({ username: 'ada', password: 'secret' });

test('the password does not go along to where a registry redirects, but does to itself', async () => {
  await using storage = await startServer((_request, response) => response.end('bytes'));
  await using registry = await startServer(({ url, headers }, response) => {
    if (!headers.authorization) response.writeHead(401, { 'www-authenticate': 'Basic realm="here"' }).end();
    else if (url === '/v2/app/first') response.writeHead(307, { location: '/v2/app/second' }).end();
    else response.writeHead(307, { location: `http://${storage.host}/third` }).end();
  });
  const client = createRegistryClient(registry.host, ada);
  const response = await client.send({ ...request, target: 'app/first' });
  expect(await response.text()).toBe('bytes');
  const password = `Basic ${Buffer.from('ada:secret').toString('base64')}`;
  expect(registry.asked).toEqual([
    { path: '/v2/app/first', authorization: undefined },
    { path: '/v2/app/first', authorization: password },
    { path: '/v2/app/second', authorization: password },
  ]);
  expect(storage.asked).toEqual([{ path: '/third', authorization: undefined }]);
  // Nor to a place for uploads that it names.
  await client.send({ ...request, target: `http://${storage.host}/upload` });
  expect(storage.asked[1]).toEqual({ path: '/upload', authorization: undefined });
});

test('a password that the registry refuses is sent once', async () => {
  await using registry = await startServer((_request, response) => {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="here"' }).end();
  });
  const client = createRegistryClient(registry.host, ada);
  await expect(client.send({ ...request, target: 'app/x' })).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  expect(registry.asked).toHaveLength(2);
});

test.each([
  ['as long as the registry asks for', '7', [7000, 7000, 7000]],
  ['at most 30 s', '1000000', [30_000, 30_000, 30_000]],
  ['ever longer where it asks for nothing', undefined, [200, 400, 800]],
  ['ever longer where it asks for what is no time', 'soon', [200, 400, 800]],
  ['ever longer where it asks for no time at all', '0', [200, 400, 800]],
])('pauses before another try: %s', async (_, retryAfter, expected) => {
  for (const status of [429, 500, 503]) {
    await using registry = await startServer((_request, response) => {
      response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end();
    });
    const clock = createHandClock();
    const pauses: number[] = [];
    const client = createRegistryClient(registry.host, async () => undefined, {
      clock: {
        now: clock.now,
        // The watch for silence, which waits too, has a limit of its own here.
        wait: async (ms, signal) => {
          if (ms === 54_321) return clock.wait(ms, signal);
          pauses.push(ms);
        },
      },
      silence: { headMs: 54_321, storedMs: 54_321, bytesMs: 54_321 },
    });
    await expect(client.send({ ...request, target: 'app/x' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      subject: `docker://${registry.host}/app`,
    });
    expect(pauses).toEqual(expected);
    expect(registry.asked).toHaveLength(4);
  }
});

test('a pause ends with its signal', async () => {
  const abort = new AbortController();
  await using registry = await startServer((_request, response) => {
    response.writeHead(503, { 'retry-after': '29' }).end();
  });
  const clock = createHandClock();
  const wait = (ms: number, signal?: AbortSignal): Promise<void> => {
    if (ms === 29_000) setImmediate(() => abort.abort());
    return clock.wait(ms, signal);
  };
  const client = createRegistryClient(registry.host, async () => undefined, { clock: { now: clock.now, wait } });
  const sent = client.send({ ...request, target: 'app/x', signal: abort.signal });
  await expect(sent).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(registry.asked).toHaveLength(1);
});

test('statuses that say something are answers', async () => {
  await using registry = await startServer(({ url }, response) => response.writeHead(Number(url?.slice(-3))).end());
  const client = createRegistryClient(registry.host, async () => undefined);
  for (const status of [200, 206, 304, 404, 416]) {
    expect((await client.send({ ...request, target: `app/${status}` })).status).toBe(status);
  }
  await expect(client.send({ ...request, target: 'app/403' })).rejects.toMatchObject({
    code: 'ACCESS_DENIED',
    subject: `docker://${registry.host}/app`,
  });
});
