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

/** Does not wait for pauses; the watch for silence never ends. */
const hasty = {
  now: () => 0,
  wait: (ms: number) => (ms === 54_321 ? new Promise<void>(() => {}) : Promise.resolve()),
};
const options = { clock: hasty, silence: { headMs: 54_321, storedMs: 54_321, bytesMs: 54_321 } };
const nobody = async () => undefined;

test('redirects are followed five times, then it counts as no answer', async () => {
  await using registry = await startServer(({ url }, response) => {
    response.writeHead(302, { location: `${url}x` }).end();
  });
  const client = createRegistryClient(registry.host, nobody, options);
  await expect(client.send({ ...request, target: 'app/' })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    subject: 'app',
  });
  expect(registry.asked.map(({ path }) => path)).toEqual(['', 'x', 'xx', 'xxx', 'xxxx'].map((end) => `/v2/app/${end}`));
});

test('the fourth redirect may lead to the answer, and a place that is relative is one at the host that named it', async () => {
  await using registry = await startServer(({ url }, response) => {
    if (url === '/v2/xxxx') response.end('there');
    else response.writeHead(url?.endsWith('x') ? 399 : 300, { location: `${url?.split('/').at(-1)}x` }).end();
  });
  const client = createRegistryClient(registry.host, nobody, options);
  expect(await (await client.send({ ...request, target: '' })).text()).toBe('there');
});

test('only a redirect with a place to go to is followed', async () => {
  await using registry = await startServer(({ url }, response) => {
    const status = Number(url?.slice(-3));
    response.writeHead(status, status === 300 ? {} : { location: '/v2/elsewhere' }).end();
  });
  const client = createRegistryClient(registry.host, nobody, options);
  for (const status of [202, 300, 400]) {
    expect((await client.send({ ...request, target: `app/${status}` })).status).toBe(status);
  }
  expect(registry.asked).toHaveLength(3);
  expect(client.resolve('/v2/elsewhere')).toBe(`http://${registry.host}/v2/elsewhere`);
  expect(client.resolve('https://storage.example/x')).toBe('https://storage.example/x');
  expect(client.host).toBe(registry.host);
  // The name that people know is not where its API is.
  expect(createRegistryClient('docker.io', nobody).resolve('/v2/')).toBe('https://registry-1.docker.io/v2/');
  expect(createRegistryClient('quay.io', nobody).resolve('/v2/')).toBe('https://quay.io/v2/');
});

test('an address without TLS elsewhere is not gone to', async () => {
  await using registry = await startServer((_request, response) => {
    response.writeHead(307, { location: 'http://storage.example/blob' }).end();
  });
  const client = createRegistryClient(registry.host, ada, options);
  await expect(client.send({ ...request, target: 'app/x' })).rejects.toMatchObject({
    code: 'ACCESS_DENIED',
    subject: 'app',
  });
});

test.each([
  [false, 4],
  [true, 1],
])('a connection that breaks is tried again, unless it is the only try (%s)', async (isOnlyTry, tries) => {
  await using registry = await startServer(({ socket }) => socket.destroy());
  const client = createRegistryClient(registry.host, nobody, options);
  const sent = client.send({ ...request, target: 'app/x', isOnlyTry, scope: 'registry:repository:app:*' });
  // The scope names no repository: it is about what was asked for.
  await expect(sent).rejects.toMatchObject({ code: 'UNAVAILABLE', subject: 'app', cause: expect.any(Error) });
  expect(registry.asked).toHaveLength(tries);
});

test('a body is made anew for each try, and an answer comes as it is stored', async () => {
  const bodies: string[] = [];
  const encodings: (string | undefined)[] = [];
  await using registry = await startServer(async (incoming, response) => {
    let text = '';
    for await (const chunk of incoming) text += chunk;
    bodies.push(text);
    encodings.push(incoming.headers['accept-encoding'] as string | undefined, String(incoming.headers['x-own']));
    response.writeHead(bodies.length < 3 ? 500 : 201).end();
  });
  const client = createRegistryClient(registry.host, nobody, options);
  let made = 0;
  const response = await client.send({
    ...request,
    method: 'PUT',
    target: 'app/x',
    headers: { 'x-own': 'yes' },
    body: () => {
      made += 1;
      return Buffer.from(`body ${made}`);
    },
  });
  expect(response.status).toBe(201);
  expect(bodies).toEqual(['body 1', 'body 2', 'body 3']);
  expect(encodings).toEqual(['identity', 'yes', 'identity', 'yes', 'identity', 'yes']);
});

test('a refusal without a challenge is one, and a request that is over is not sent', async () => {
  await using registry = await startServer((_request, response) => response.writeHead(401).end());
  const client = createRegistryClient(registry.host, nobody, options);
  await expect(client.send({ ...request, target: 'app/x' })).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  expect(registry.asked).toHaveLength(1);
  const sent = client.send({ ...request, target: 'app/x', signal: AbortSignal.abort() });
  await expect(sent).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(registry.asked).toHaveLength(1);
});
