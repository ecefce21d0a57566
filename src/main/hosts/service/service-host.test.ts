import { createHash, randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningService, startRunningService } from './testing/running-service.ts';

const DIFF = 'containerd.io/uncompressed';
const digestOf = (bytes: Uint8Array | string) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

interface Asked {
  readonly ExportRecords: readonly { readonly Digest: string; readonly CacheRefID: string }[] | null;
}

describe('the HTTP side of a cache service', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startRunningService();
  });
  afterAll(() => service?.[Symbol.asyncDispose]());

  const post = (path: string, body: string, at = service) => fetch(`${at.url}${path}`, { method: 'POST', body });
  const put = (digest: string, body: Uint8Array<ArrayBuffer>) =>
    fetch(`${service.url}/layers/${digest}`, { method: 'PUT', body });
  const fault = async (answer: Response, status: number, code: string) => {
    const body = (await answer.json()) as Record<string, string>;
    expect([answer.status, body]).toEqual([
      status,
      expect.objectContaining({ code, message: expect.any(String), hint: expect.any(String) }),
    ]);
    expect(JSON.stringify(body)).not.toMatch(/\.ts|node:|at \w+ \(/);
    return body;
  };
  const isEmpty = async () => {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    expect(text).toMatch(/^cachewright_service_results 0$/m);
    expect(text).toMatch(/^cachewright_service_links 0$/m);
    expect(await readdir(join(service.folder, 'layers/blobs/sha256')).catch(() => [])).toEqual([]);
    expect(await readdir(join(service.folder, 'layers/ingest')).catch(() => [])).toEqual([]);
  };

  test('bad requests get a clear error each, and nothing is stored', async () => {
    const digest = digestOf('a');
    await fault(await post('/records', '<html>'), 400, 'CORRUPT');
    await fault(
      await post('/records', '{"CacheKeys":[{"ID":"k","Results":[{"ID":"r"}]},{"ID":""}]}'),
      400,
      'INVALID_INPUT',
    );
    await fault(
      await post('/records', `{"CacheKeys":[{"ID":"k","Results":[{"ID":"r"}]}],"Links":[{"ID":"k"`),
      400,
      'CORRUPT',
    );
    await fault(
      await post('/records', '{"Links":[{"ID":"a","LinkedID":"b","Digest":"sha256:../../x"}]}'),
      400,
      'INVALID_INPUT',
    );
    await fault(await post('/layers', 'no json'), 400, 'INVALID_INPUT');
    const never = JSON.stringify({ UpdatedRecords: [{ RecordDigest: digest, Layers: [] }] });
    expect(await fault(await post('/layers', never), 404, 'NOT_FOUND')).toMatchObject({ subject: digest });
    const bare = JSON.stringify({
      UpdatedRecords: [{ RecordDigest: digest, Layers: [{ mediaType: '', digest, size: 1 }] }],
    });
    await fault(await post('/layers', bare), 400, 'INVALID_INPUT');
    await fault(await fetch(`${service.url}/layers/${digest}`), 404, 'NOT_FOUND');
    await fault(await fetch(`${service.url}/layers/sha256:..%2f..%2fetc`), 400, 'INVALID_INPUT');
    await fault(await put(digest, Buffer.from('b')), 422, 'DIGEST_MISMATCH');
    await fault(await fetch(`${service.url}/nowhere`), 404, 'NOT_FOUND');
    await fault(await fetch(`${service.url}/records`), 404, 'NOT_FOUND');
    await fault(
      await fetch(`${service.url}/config`, { headers: { origin: 'http://example.org' } }),
      401,
      'ACCESS_DENIED',
    );
    await isEmpty();
  });

  test('a GET with a body, without and with one that says nothing', async () => {
    const get = (body: string) =>
      new Promise<[number | undefined, string]>((resolve, reject) => {
        const sent = httpRequest(`${service.url}/config`, { headers: { 'transfer-encoding': 'chunked' } }, (answer) => {
          let text = '';
          answer.on('data', (chunk) => (text += chunk)).on('end', () => resolve([answer.statusCode, text]));
        });
        sent.on('error', reject).end(body);
      });
    for (const body of ['{"CacheMountIDs":null}\n', '']) {
      const [status, text] = await get(body);
      expect([status, JSON.parse(text)]).toEqual([
        200,
        { S3: null, ImportPeriod: 60e9, ExportPeriod: 300e9, ExportTimeout: 600e9 },
      ]);
    }
    expect((await get('[7'))[0]).toBe(400);
    expect((await get('x'.repeat(100_000)))[0]).toBe(413);
  });

  test('what is too large is refused before it is read', async () => {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    socket.write(`POST /records HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: ${600 * 1024 * 1024}\r\n\r\n{`);
    const answer = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())));
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    socket.destroy();
  });

  test('a record is asked for, pushed, told, imported; and all of it may be told again', async () => {
    await using own = await startRunningService();
    const bytes = randomBytes(3_000_000);
    const [layer, root, step] = [digestOf(bytes), digestOf('root'), digestOf('step')];
    const report = JSON.stringify({
      CacheKeys: [
        { ID: root, Results: null },
        { ID: 'key', Results: [{ ID: 'ref', CreatedAt: '2024-01-02T03:04:05.6Z', Description: 'RUN make' }] },
      ],
      Links: [{ ID: 'key', LinkedID: root, Input: 0, Digest: step, Selector: '' }],
    });
    const asked = (await (await post('/records', report, own)).json()) as Asked;
    expect(asked.ExportRecords).toMatchObject([{ CacheRefID: 'ref' }]);
    expect(await (await post('/records', report, own)).json()).toEqual(asked);
    expect(await (await fetch(`${own.url}/import`)).json()).toEqual({});

    const descriptor = { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: layer, size: bytes.length };
    const told = JSON.stringify({
      UpdatedRecords: [
        { RecordDigest: asked.ExportRecords?.[0]?.Digest, Layers: [{ ...descriptor, annotations: { [DIFF]: layer } }] },
      ],
    });
    expect((await post('/layers', told, own)).status).toBe(200);
    // The layer is not there yet: nobody is told of it, and it is asked for again.
    expect(await (await fetch(`${own.url}/import`)).json()).toEqual({});
    expect(await (await post('/records', report, own)).json()).toEqual(asked);
    for (const status of [201, 200]) {
      expect((await fetch(`${own.url}/layers/${layer}`, { method: 'PUT', body: bytes })).status).toBe(status);
    }
    for (let times = 0; times < 2; times += 1) expect((await post('/layers', told, own)).status).toBe(200);
    expect(await (await post('/records', report, own)).json()).toEqual({ ExportRecords: null });
    expect(await (await fetch(`${own.url}/import`)).json()).toEqual({
      layers: [
        {
          blob: layer,
          parent: -1,
          annotations: {
            mediaType: descriptor.mediaType,
            diffID: layer,
            size: bytes.length,
            createdAt: '0001-01-01T00:00:00Z',
          },
        },
      ],
      records: expect.arrayContaining([
        expect.objectContaining({ digest: step, layers: [{ layer: 0, createdAt: '2024-01-02T03:04:05.6Z' }] }),
        { digest: root },
      ]),
    });
    const got = await fetch(`${own.url}/layers/${layer}`, { headers: { range: 'bytes=1000000-' } });
    expect([got.status, got.headers.get('content-length')]).toEqual([206, '2000000']);
    expect(Buffer.from(await got.arrayBuffer()).equals(bytes.subarray(1_000_000))).toBe(true);
    const metrics = await (await fetch(`${own.url}/metrics`)).text();
    expect(metrics).toMatch(/^cachewright_service_layer_bytes 3000000$/m);
    expect(metrics).toMatch(/^cachewright_service_received_bytes_total 3000000$/m);
    expect(metrics).toMatch(/requests_total\{method="POST",route="\/records",status="200"\} 4/);
  });

  test('a token opens it, and is in no answer and no line of the log', async () => {
    const folder = service.folder;
    const token = 'e7b3c1d2-a-secret-of-this-test';
    const tokenFile = join(folder, 'token');
    await writeFile(tokenFile, `${token}\n`);
    await using guarded = await startRunningService({ tokenFile });
    const get = (path: string, sent?: string) =>
      fetch(`${guarded.url}${path}`, sent === undefined ? {} : { headers: { authorization: `Bearer ${sent}` } });
    await fault(await get('/config'), 401, 'ACCESS_DENIED');
    await fault(await get('/import', `${token}x`), 401, 'ACCESS_DENIED');
    await fault(await get('/metrics'), 401, 'ACCESS_DENIED');
    expect((await get('/config', token)).status).toBe(200);
    expect((await get('/healthz')).status).toBe(200);
    await expect.poll(() => guarded.lines.length).toBeGreaterThan(5);
    expect(guarded.lines.join()).not.toContain('secret');
    for (const line of guarded.lines)
      expect(JSON.parse(line)).toMatchObject({ at: expect.any(String), event: expect.any(String) });
  });

  test('does not start for others without a token or certificates', async () => {
    await expect(startRunningService({ host: '0.0.0.0' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      subject: '--host',
    });
    await expect(startRunningService({ tokenFile: '/nowhere/token' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(startRunningService({ tlsKey: '/nowhere/key' })).rejects.toMatchObject({ subject: '--tls-cert' });
    await expect(startRunningService({ store: 'docker://localhost:5000/x' })).rejects.toMatchObject({
      subject: '--store',
    });
    const port = Number(new URL(service.url).port);
    await expect(startRunningService({ port })).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('finishes what runs when it is told to stop', async () => {
    const own = await startRunningService();
    const bytes = randomBytes(200_000);
    const half = Promise.withResolvers<void>();
    const body = new ReadableStream({
      async start(controller) {
        controller.enqueue(bytes.subarray(0, 100_000));
        await half.promise;
        controller.enqueue(bytes.subarray(100_000));
        controller.close();
      },
    });
    const headers = { 'content-length': String(bytes.length) };
    const answer = fetch(`${own.url}/layers/${digestOf(bytes)}`, {
      method: 'PUT',
      body,
      headers,
      duplex: 'half',
    } as RequestInit);
    await expect.poll(() => readdir(join(own.folder, 'layers/ingest'))).toHaveLength(1);
    const stopped = own.stop();
    half.resolve();
    expect((await answer).status).toBe(201);
    await stopped;
    expect(own.lines.at(-1)).toContain('"stopped"');
    await own[Symbol.asyncDispose]();
  });
});
