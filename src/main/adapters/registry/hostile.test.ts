import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test, vi } from 'vitest';
import { MEDIA_TYPES } from '../../../shared/oci/media-types.ts';
import { parseRef } from '../../../shared/oci/reference.ts';
import { createRegistryClient } from './client.ts';
import { createRepositoryOpener } from './open-repository.ts';
import { createRegistrySource } from './source.ts';

const digestOf = (bytes: string | Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const D = digestOf('some blob');

/** What a registry answers to one path below `/v2/app/`. */
type Answer = (response: ServerResponse, method: string) => void;

/** The code and subject of the error that reading ends with. */
async function reading(answers: Readonly<Record<string, Answer>>) {
  const server = createServer((request, response) => {
    const answer = answers[(request.url ?? '').replace('/v2/app/', '')];
    if (answer) answer(response, request.method ?? '');
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const repositories = createRepositoryOpener(async () => undefined);
    await createRegistrySource(parseRef(`docker://${host}/app:cache`), { repositories }).read();
    return 'read';
  } catch (error) {
    const { code, subject } = error as { code: string; subject: string };
    return { code, subject: subject.replace(host, 'HOST') };
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const manifest = (config: object, layers: readonly object[] = []): Answer => {
  const text = JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociManifest, config, layers });
  return (response) => response.setHeader('content-type', MEDIA_TYPES.ociManifest).end(text);
};
const cacheConfig = (size: number) => ({ mediaType: MEDIA_TYPES.cacheConfig, digest: D, size });

/** Bytes without end; how many were taken. */
function flood(taken: { bytes: number }): Answer {
  const chunk = Buffer.alloc(1 << 16, ' ');
  return (response) => {
    const more = (): void => {
      do taken.bytes += chunk.length;
      while (response.write(chunk));
    };
    response.on('drain', more);
    more();
  };
}

test('a manifest without end is left at its limit', async () => {
  const taken = { bytes: 0 };
  expect(await reading({ 'manifests/cache': flood(taken) })).toMatchObject({ code: 'INVALID_INPUT' });
  expect(taken.bytes).toBeLessThan(128 << 20);
});

test.each([
  ['a cache config', cacheConfig(100), D],
  ['an image config', { mediaType: MEDIA_TYPES.ociImageConfig, digest: D, size: 100 }, D],
])('%s that goes on after its size is left there', async (_, config, subject) => {
  const taken = { bytes: 0 };
  const endless = flood(taken);
  const blob: Answer = (response, method) => {
    if (method === 'HEAD') response.setHeader('content-length', '100').end();
    else endless(response, method);
  };
  const found = await reading({ 'manifests/cache': manifest(config), [`blobs/${D}`]: blob });
  expect(found).toEqual({ code: 'SIZE_MISMATCH', subject });
  expect(taken.bytes).toBeLessThan(64 << 20);
});

test('documents of absurd size are refused by what is said of them', async () => {
  expect(await reading({ 'manifests/cache': manifest(cacheConfig(2 ** 40)) })).toEqual({
    code: 'INVALID_INPUT',
    subject: D,
  });
  const large: Answer = (response) => response.setHeader('content-length', String(2 ** 40)).end();
  expect(await reading({ 'manifests/cache': manifest(cacheConfig(100)), [`blobs/${D}`]: large })).toEqual({
    code: 'INVALID_INPUT',
    subject: D,
  });
});

test('a digest that climbs out never becomes part of an address', async () => {
  const asked: string[] = [];
  const climbing = manifest({ ...cacheConfig(1), digest: 'sha256:../../../x' });
  const found = await reading({
    'manifests/cache': climbing,
    'blobs/sha256:../../../x': () => asked.push('config'),
  });
  expect(found).toMatchObject({ code: 'INVALID_INPUT' });
  expect(asked).toEqual([]);
});

test('other bytes than the digest of the reference are refused', async () => {
  const answer = (response: ServerResponse) =>
    response.setHeader('docker-content-digest', digestOf('something else')).end('{}');
  expect(await reading({ 'manifests/cache': answer })).toMatchObject({ code: 'DIGEST_MISMATCH' });
  const other = `sha512:${'0'.repeat(128)}`;
  const longer = (response: ServerResponse) => response.setHeader('docker-content-digest', other).end('{}');
  expect(await reading({ 'manifests/cache': longer })).toEqual({ code: 'DIGEST_MISMATCH', subject: other });
});

test('redirects without end, or to an address without TLS, are not followed', async () => {
  const away = (location: string) => (response: ServerResponse) => response.writeHead(307, { location }).end();
  expect(await reading({ 'manifests/cache': away('/v2/app/manifests/cache') })).toEqual({
    code: 'UNAVAILABLE',
    subject: 'docker://HOST/app:cache',
  });
  expect(await reading({ 'manifests/cache': away('http://elsewhere.example.com/x') })).toEqual({
    code: 'ACCESS_DENIED',
    subject: 'docker://HOST/app:cache',
  });
});

test('what is no JSON says where', async () => {
  const text = (response: ServerResponse) => response.end('<html>a page for people</html>');
  expect(await reading({ 'manifests/cache': text })).toMatchObject({ code: 'CORRUPT' });
});

test('a registry elsewhere leads nobody to what listens on this machine', async () => {
  const asked: string[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (url) => {
    asked.push(String(url));
    return new Response(null, { status: 307, headers: { location: 'http://127.0.0.1:2375/containers/json' } });
  });
  try {
    const client = createRegistryClient('registry.example.com', async () => undefined);
    const request = { method: 'GET', scope: '', subject: 'app' } as const;
    await expect(client.send({ ...request, target: 'app/manifests/cache' })).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
    });
    // A place that it named for an upload, too.
    await expect(client.send({ ...request, target: 'http://127.0.0.1:2375/upload' })).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
    });
    expect(asked).toEqual(['https://registry.example.com/v2/app/manifests/cache']);
  } finally {
    vi.restoreAllMocks();
  }
});
