import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createHandClock, type HandClock } from '../../engine/testing/stand-ins.ts';
import { createRegistryClient } from './client.ts';
import { createRepository } from './repository.ts';

const bytes = Buffer.from('some bytes of a layer');
const DIGEST = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

type Handler = (request: IncomingMessage, response: ServerResponse, clock: HandClock) => void;

/** A server of this machine, and a client of it on a clock that only the test turns. */
async function startServer(handle: Handler) {
  const clock = createHandClock();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    handle(request, response, clock);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    clock,
    asked,
    host,
    repository: createRepository(
      createRegistryClient(host, async () => undefined, { clock }),
      'app',
    ),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Turns the clock over each pause between two tries, until the work has ended. */
async function passPauses<T>(clock: HandClock, work: Promise<T>): Promise<unknown> {
  let isOver = false;
  const outcome = work
    .catch((error: unknown) => error)
    .finally(() => {
      isOver = true;
    });
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve));
    if (clock.waits().some((ms) => ms < 5000)) clock.advance(1000);
  }
  return outcome;
}

test('a registry that accepts and never answers is UNAVAILABLE after 30 s and two repeats', async () => {
  await using server = await startServer((_request, _response, clock) => {
    // One millisecond short of the limit, nothing has ended yet.
    clock.advance(29_999);
    clock.advance(1);
  });
  const error = await passPauses(server.clock, server.repository.blobSize(DIGEST));
  expect(error).toMatchObject({
    code: 'UNAVAILABLE',
    subject: `docker://${server.host}/app`,
    cause: { name: 'Silence', message: 'Nothing came for 30 s.' },
  });
  expect(server.asked).toHaveLength(3);
});

test('an answer within 30 s is waited for', async () => {
  await using server = await startServer((_request, response, clock) => {
    clock.advance(29_999);
    response.setHeader('content-length', '7').end();
  });
  expect(await server.repository.blobSize(DIGEST)).toBe(7);
  expect(server.asked).toHaveLength(1);
});

test('a body that stops for 60 s is asked for twice more, from where it stopped', async () => {
  await using server = await startServer((request, response) => {
    const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.statusCode = start > 0 ? 206 : 200;
    response.flushHeaders();
    if (start === 0) response.write(bytes.subarray(0, 4));
  });
  const got: number[] = [];
  const read = async () => {
    for await (const chunk of server.repository.blob(DIGEST)) got.push(chunk.length);
  };
  const work = read().catch((error: unknown) => error);
  let isOver = false;
  void work.then(() => {
    isOver = true;
  });
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve));
    if (server.clock.waits().some((ms) => ms > 30_000)) server.clock.advance(60_000);
  }
  expect(await work).toMatchObject({ code: 'UNAVAILABLE', cause: { name: 'Silence' } });
  expect(got).toEqual([4]);
  expect(server.asked).toHaveLength(3);
});

test('a body that brings a byte every 59 s is read to its end', async () => {
  let next: () => void = () => {};
  await using server = await startServer((_request, response) => {
    let at = 0;
    next = () => {
      if (at < bytes.length) response.write(bytes.subarray(at, ++at));
      else response.end();
    };
    next();
  });
  const got: Uint8Array[] = [];
  for await (const chunk of server.repository.blob(DIGEST)) {
    got.push(chunk);
    server.clock.advance(59_000);
    next();
  }
  expect(Buffer.concat(got)).toEqual(bytes);
  expect(server.asked).toHaveLength(1);
});

test('a manifest that stops in the middle is read three times, then UNAVAILABLE', async () => {
  await using server = await startServer((_request, response) => {
    response.write('{');
  });
  const work = server.repository.manifest('latest').catch((error: unknown) => error);
  let isOver = false;
  void work.then(() => {
    isOver = true;
  });
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve));
    if (server.clock.waits().some((ms) => ms > 30_000)) server.clock.advance(60_000);
  }
  expect(await work).toMatchObject({ code: 'UNAVAILABLE', subject: 'app:latest' });
  expect(server.asked).toHaveLength(3);
});

test('an upload that the registry does not take is begun three times', async () => {
  await using server = await startServer((request, response, clock) => {
    if (request.method === 'HEAD') response.writeHead(404).end();
    else if (request.method === 'POST') response.writeHead(202, { location: '/v2/app/blobs/uploads/1' }).end();
    else if (request.method === 'PUT') request.resume().once('end', () => clock.advance(120_000));
    else response.writeHead(204).end();
  });
  const send = async function* () {
    yield bytes;
  };
  const blob = { mediaType: '', digest: DIGEST, size: bytes.length };
  const error = await passPauses(server.clock, server.repository.upload(blob, send));
  expect(error).toMatchObject({ code: 'UNAVAILABLE', cause: { name: 'Silence' } });
  expect(server.asked.filter((line) => line.startsWith('PUT'))).toHaveLength(3);
});

test('a token server that never answers is UNAVAILABLE', async () => {
  await using server = await startServer((request, response, clock) => {
    if (request.url?.startsWith('/token')) return clock.advance(30_000);
    const challenge = `Bearer realm="http://${request.headers.host}/token"`;
    response.writeHead(401, { 'www-authenticate': challenge }).end();
  });
  const error = await passPauses(server.clock, server.repository.blobSize(DIGEST));
  expect(error).toMatchObject({ code: 'UNAVAILABLE', subject: server.host });
  expect(server.asked.filter((line) => line.includes('/token'))).toHaveLength(3);
});
