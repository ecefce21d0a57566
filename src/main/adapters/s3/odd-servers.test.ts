import type { RequestListener } from 'node:http';
import { describe, expect, test } from 'vitest';
import { CacheError } from '../../../shared/base/errors.ts';
import { parseDigest } from '../../../shared/oci/digest.ts';
import { parseS3Address } from '../../../shared/oci/s3-address.ts';
import { createCheckedReader } from '../../engine/streams/checked-reader.ts';
import { createBucket } from './bucket.ts';
import { createS3Connectors } from './client.ts';
import { isS3NotFound } from './errors.ts';
import { readObject } from './read-object.ts';
import { S3ReaderAt } from './reader-at.ts';
import { createS3Source } from './source.ts';
import { s3Fault, startOddServer } from './testing/odd-server.ts';
import { SHORT_LIMITS } from './testing/test-bucket.ts';

const environment = { AWS_ACCESS_KEY_ID: 'ada', AWS_SECRET_ACCESS_KEY: 'ada-secret' };
const connect = createS3Connectors({ environment, limits: SHORT_LIMITS }).connect;
const addressOf = (endpoint: string, more = '') => parseS3Address(`s3://bucket?endpoint=${endpoint}${more}`);

async function fault(work: Promise<unknown>): Promise<CacheError> {
  return work.then(
    () => expect.fail('it worked'),
    (error: unknown) => (error instanceof CacheError ? error : expect.fail(`not a CacheError: ${error}`)),
  );
}

const page =
  (status: number): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'text/html' });
    response.end('<html><body>Welcome</body></html>');
  };

test.each<[string, RequestListener, CacheError['code'], RegExp]>([
  ['a web page', page(200), 'UNSUPPORTED_FORMAT', /no S3 server/],
  ['a web page that is not there', page(404), 'UNSUPPORTED_FORMAT', /no S3 server/],
  ['plain text', (_, response) => void response.end('hello'), 'UNSUPPORTED_FORMAT', /no S3 server/],
  ['a bucket elsewhere', s3Fault(301, 'PermanentRedirect'), 'INVALID_INPUT', /another region/],
  [
    'a signature for another region',
    s3Fault(400, 'AuthorizationHeaderMalformed', '<Region>eu-north-1</Region>'),
    'INVALID_INPUT',
    /another region/,
  ],
  ['keys that have expired', s3Fault(400, 'ExpiredToken'), 'ACCESS_DENIED', /expired/],
  ['a token of other keys', s3Fault(400, 'InvalidToken'), 'ACCESS_DENIED', /session token/],
  ['a request to slow down', s3Fault(503, 'SlowDown'), 'UNAVAILABLE', /fewer requests/],
  ['a failure', s3Fault(500, 'InternalError'), 'UNAVAILABLE', /status 500/],
  ['something it has not', s3Fault(501, 'NotImplemented'), 'UNSUPPORTED_FORMAT', /does not know how/],
  ['a cut connection', (request) => request.socket.destroy(), 'UNAVAILABLE', /connection broke/],
])('%s is a clear error', async (_, answer, code, message) => {
  await using server = await startOddServer(answer);
  const source = createS3Source(addressOf(server.endpoint), connect);
  const error = await fault(source.read());
  expect(error).toMatchObject({ code, subject: source.location, message: expect.stringMatching(message) });
  expect(error.hint).toMatch(/\.$/);
  expect(JSON.stringify(error)).not.toContain('secret');
});

test('the right region is said where the server knows it', async () => {
  await using server = await startOddServer(
    s3Fault(400, 'AuthorizationHeaderMalformed', '<Region>eu-north-1</Region>'),
  );
  const error = await fault(createS3Source(addressOf(server.endpoint), connect).read());
  expect(error.hint).toBe('Write region=eu-north-1.');
});

test.each([
  ['http://127.0.0.1:1', /Nothing listens/],
  ['http://nobody.invalid', /leads nowhere|cannot be looked up/],
])('an endpoint where nobody is: %s', async (endpoint, message) => {
  const error = await fault(createS3Source(addressOf(endpoint), connect).read());
  expect(error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringMatching(message) });
});

test('an account that may not list opens caches by their names', async () => {
  const blob = parseDigest(`sha256:${'1'.repeat(64)}`);
  const annotations = { diffID: blob, size: 4, createdAt: '2026-01-02T03:04:05Z' };
  const objects: Record<string, string> = {
    '/bucket/manifests/main': JSON.stringify({ layers: [{ blob, parent: -1, annotations }] }),
    [`/bucket/blobs/${encodeURIComponent(blob)}`]: 'four',
  };
  await using server = await startOddServer((request, response) => {
    const body = objects[(request.url ?? '').split('?')[0] ?? ''];
    if (body === undefined) return s3Fault(403, 'AccessDenied')(request, response);
    response.writeHead(200, { 'content-length': String(body.length), etag: '"1"' });
    response.end(request.method === 'HEAD' ? undefined : body);
  });
  const named = createS3Source(addressOf(server.endpoint, '&name=main'), connect);
  const snapshot = await named.read();
  expect([snapshot.caches.length, snapshot.problems]).toEqual([1, []]);
  expect(snapshot.blobs.map(({ digest, size }) => [digest, size])).toContainEqual([blob, 4]);
  expect(snapshot.fingerprint).toBe(await named.fingerprint());
  const all = await fault(createS3Source(addressOf(server.endpoint), connect).read());
  expect(all).toMatchObject({ code: 'ACCESS_DENIED', hint: expect.stringContaining('name=') });
});

describe('an object over a connection that breaks', () => {
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251));

  /** Serves the bytes, and cuts each connection after some of them. */
  const cutting =
    (afterBytes: number): RequestListener =>
    (request, response) => {
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      response.writeHead(start > 0 ? 206 : 200, {
        'content-length': String(bytes.length - start),
        'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}`,
        etag: '"1"',
      });
      const part = bytes.subarray(start, start + afterBytes);
      if (start + part.length === bytes.length) response.end(part);
      else response.write(part, () => setImmediate(() => response.destroy()));
    };

  test('goes on where it broke', async () => {
    await using server = await startOddServer(cutting(100_000));
    const bucket = createBucket(addressOf(server.endpoint), 'here', connect);
    const parts: Uint8Array[] = [];
    for await (const chunk of readObject(bucket, 'key', { subject: 'key' })) parts.push(chunk);
    expect(Buffer.concat(parts).equals(bytes)).toBe(true);
    expect(server.requests.length).toBeGreaterThan(2);
  });

  test('is given up where nothing comes in between', async () => {
    await using server = await startOddServer(cutting(0));
    const bucket = createBucket(addressOf(server.endpoint), 'here', connect);
    const reading = async () => {
      for await (const _ of readObject(bucket, 'key', { subject: 'key' }));
    };
    expect(await fault(reading())).toMatchObject({ code: 'UNAVAILABLE', subject: 'key' });
  });

  test('is one stream for reads in order, opened anew for a read elsewhere', async () => {
    await using server = await startOddServer(cutting(bytes.length));
    const bucket = createBucket(addressOf(server.endpoint), 'here', connect);
    await using reader = new S3ReaderAt({ bucket, key: 'key', size: bytes.length, subject: 'key' });
    const buffer = new Uint8Array(70_000);
    const read = async (offset: number) => {
      const done = await reader.readAt(buffer, offset);
      expect(Buffer.from(buffer.subarray(0, done)).equals(bytes.subarray(offset, offset + done))).toBe(true);
      return done;
    };
    expect(await read(0)).toBe(70_000);
    expect(await read(70_000)).toBe(70_000);
    expect(server.requests).toHaveLength(1);
    expect(await read(30_000)).toBe(70_000);
    expect(server.requests).toHaveLength(2);
    expect(await read(290_000)).toBe(10_000);
    expect(await read(300_000)).toBe(0);
    // At once, and all the same one after the other.
    expect(await Promise.all([reader.readAt(new Uint8Array(10), 0), reader.readAt(new Uint8Array(10), 10)])).toEqual([
      10, 10,
    ]);
  });

  test('checks the digest with the last byte, when all came in order', async () => {
    await using server = await startOddServer(cutting(100_000));
    const bucket = createBucket(addressOf(server.endpoint), 'here', connect);
    const digest = parseDigest(`sha256:${'0'.repeat(64)}`);
    const object = { bucket, key: 'key', size: bytes.length, subject: digest };
    const reader = createCheckedReader(new S3ReaderAt(object), digest);
    const buffer = new Uint8Array(200_000);
    expect(await reader.readAt(buffer, 0)).toBe(200_000);
    expect(await fault(reader.readAt(buffer, 200_000))).toMatchObject({ code: 'DIGEST_MISMATCH', subject: digest });
    const short = new S3ReaderAt({ bucket, key: 'key', size: bytes.length + 1, subject: digest });
    expect(await fault(short.readAt(new Uint8Array(400_000), 0))).toMatchObject({ code: 'SIZE_MISMATCH' });
  });
});

test('isS3NotFound tells an object that is not there from every other failure', () => {
  const named = (name: string, httpStatusCode: number) =>
    Object.assign(new Error(), { name, $metadata: { httpStatusCode } });
  expect([named('NoSuchKey', 404), named('NotFound', 404), named('Unknown', 404)].map(isS3NotFound)).toEqual([
    true,
    true,
    true,
  ]);
  const others = [
    named('NoSuchBucket', 404),
    named('AccessDenied', 403),
    named('Unknown', 500),
    new Error('NotFound'),
    undefined,
  ];
  expect(others.map(isS3NotFound)).toEqual([false, false, false, false, false]);
});
