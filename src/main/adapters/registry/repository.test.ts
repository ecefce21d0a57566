import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MEDIA_TYPES } from '../../../shared/oci/media-types.ts';
import {
  hasRegistryServer,
  REGISTRY_ACCOUNT,
  type RegistryServer,
  startRegistryServer,
} from '../../testing/registry-server.ts';
import { createRegistryClient } from './client.ts';
import { createDockerCredentialSource } from './docker-credentials.ts';
import { createRepository } from './repository.ts';
import type { BlobBytes } from './uploads.ts';

const nobody = async () => undefined;
const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const descriptorOf = (bytes: Uint8Array) => ({
  mediaType: 'application/octet-stream',
  digest: digestOf(bytes),
  size: bytes.length,
});
const bytesFrom = (bytes: Uint8Array): BlobBytes =>
  async function* () {
    for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
  };
async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

describe.runIf(hasRegistryServer())('a repository of a real registry', () => {
  let server: RegistryServer;
  beforeAll(async () => {
    server = await startRegistryServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());
  const repository = (name: string) => createRepository(createRegistryClient(server.host, nobody), name);

  test.each([0, 1, 70_000, 40 * 2 ** 20 + 3])('a blob of %i bytes goes up and comes down', async (size) => {
    const bytes = randomBytes(size);
    const blob = descriptorOf(bytes);
    let counted = 0;
    const onBytes = (n: number) => {
      counted += n;
    };
    const app = repository('team/app');
    expect(await app.blobSize(blob.digest)).toBeUndefined();
    expect(await app.upload(blob, bytesFrom(bytes), { onBytes })).toBe('copied');
    expect(counted).toBe(size);
    expect(await app.upload(blob, bytesFrom(bytes))).toBe('there');
    expect(await app.blobSize(blob.digest)).toBe(size);
    expect(digestOf(await collect(app.blob(blob.digest)))).toBe(blob.digest);
    if (size > 100) {
      expect(await collect(app.blob(blob.digest, { start: 10, end: 99 }))).toEqual(bytes.subarray(10, 99));
      expect(await collect(app.blob(blob.digest, { start: size - 5 }))).toEqual(bytes.subarray(size - 5));
    }
  });

  test('a blob that another repository has is mounted, not sent', async () => {
    const bytes = randomBytes(1000);
    await repository('from').upload(descriptorOf(bytes), bytesFrom(bytes));
    const never: BlobBytes = () => {
      throw new Error('sent all the same');
    };
    const options = { mountFrom: ['elsewhere', 'from'] };
    expect(await repository('to').upload(descriptorOf(bytes), never, options)).toBe('mounted');
    expect(await collect(repository('to').blob(digestOf(bytes)))).toEqual(bytes);
  });

  test('other bytes than the digest says are refused, and nothing is there', async () => {
    const blob = { ...descriptorOf(randomBytes(100)), size: 100 };
    await expect(repository('bad').upload(blob, bytesFrom(randomBytes(100)))).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
    });
    expect(await repository('bad').blobSize(blob.digest)).toBeUndefined();
    await expect(repository('bad').upload(blob, bytesFrom(randomBytes(99)))).rejects.toMatchObject({
      code: 'SIZE_MISMATCH',
    });
  });

  test('a manifest comes back byte for byte, by tag and by digest', async () => {
    const app = repository('team/app');
    const config = Buffer.from('{"layers":[],"records":[]}');
    await app.upload(descriptorOf(config), bytesFrom(config));
    const bytes = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: MEDIA_TYPES.ociManifest,
        config: { ...descriptorOf(config), mediaType: MEDIA_TYPES.cacheConfig },
        layers: [],
      }),
    );
    await app.putManifest('cache', MEDIA_TYPES.ociManifest, bytes);
    const byTag = await app.manifest('cache');
    expect(Buffer.from(byTag.bytes)).toEqual(bytes);
    expect(byTag.descriptor).toEqual({ ...descriptorOf(bytes), mediaType: MEDIA_TYPES.ociManifest });
    expect((await app.manifest(byTag.descriptor.digest)).bytes).toEqual(byTag.bytes);
  });

  test('what is not there is NOT_FOUND and named', async () => {
    await expect(repository('none').manifest('tag')).rejects.toMatchObject({ code: 'NOT_FOUND', subject: 'none:tag' });
    const digest = digestOf(Buffer.from('none'));
    await expect(collect(repository('none').blob(digest))).rejects.toMatchObject({
      code: 'NOT_FOUND',
      subject: digest,
    });
  });

  test('a connection that breaks again and again is gone on with, both ways', async () => {
    const bytes = randomBytes(40 * 2 ** 20);
    // Breaks each of the first connections after some megabytes.
    let breaks = 2;
    let breakAfter = 9 * 2 ** 20;
    const proxy = createServer((near) => {
      const [hostname = '', port = ''] = server.host.split(':');
      const far = connect(Number(port), hostname);
      let passed = 0;
      const count = (chunk: Buffer) => {
        passed += chunk.length;
        if (breaks === 0 || passed < breakAfter) return;
        breaks -= 1;
        near.destroy();
        far.destroy();
      };
      near.on('data', count).pipe(far);
      far.on('data', count).pipe(near);
      near.on('error', () => far.destroy());
      far.on('error', () => near.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = proxy.address() as { port: number };
    const app = createRepository(createRegistryClient(`127.0.0.1:${address.port}`, nobody), 'broken');
    expect(await app.upload(descriptorOf(bytes), bytesFrom(bytes))).toBe('copied');
    // More often than it would be tried without a byte in between.
    breaks = 6;
    breakAfter = 4 * 2 ** 20;
    expect(digestOf(await collect(app.blob(digestOf(bytes))))).toBe(digestOf(bytes));
    expect(breaks).toBe(0);
    await new Promise((resolve) => proxy.close(resolve));
  });

  test('nobody there: UNAVAILABLE, naming the host; aborted: CANCELLED', async () => {
    const client = createRegistryClient('127.0.0.1:1', nobody);
    await expect(createRepository(client, 'a').blobSize('sha256:x')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      subject: `docker://${client.host}/a`,
    });
    await expect(repository('a').blobSize('sha256:x', AbortSignal.abort())).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });
});

describe.runIf(hasRegistryServer())('a registry that asks who is there', () => {
  let server: RegistryServer;
  let folder: string;
  beforeAll(async () => {
    server = await startRegistryServer({ account: true });
    folder = await mkdtemp(join(tmpdir(), 'cachewright-docker-'));
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
  const push = async (config: unknown) => {
    await writeFile(join(folder, 'config.json'), JSON.stringify(config));
    const client = createRegistryClient(server.host, createDockerCredentialSource(folder));
    const bytes = randomBytes(10);
    return createRepository(client, 'app').upload(descriptorOf(bytes), bytesFrom(bytes));
  };
  const base64 = (text: string) => Buffer.from(text).toString('base64');

  test('the password of config.json opens it', async () => {
    const auth = base64(`${REGISTRY_ACCOUNT.username}:${REGISTRY_ACCOUNT.password}`);
    expect(await push({ auths: { [server.host]: { auth } } })).toBe('copied');
  });

  test('a credential helper is asked, as Docker asks it', async () => {
    const bin = join(folder, 'bin');
    await mkdir(bin, { recursive: true });
    const { username, password } = REGISTRY_ACCOUNT;
    const script = `#!/bin/sh\nread -r server\n[ "$1 $server" = "get ${server.host}" ] || exit 1\necho '{"ServerURL":"","Username":"${username}","Secret":"${password}"}'\n`;
    await writeFile(join(bin, 'docker-credential-test'), script, { mode: 0o755 });
    const path = process.env.PATH;
    process.env.PATH = `${bin}:${path}`;
    try {
      expect(await push({ credHelpers: { [server.host]: 'test' } })).toBe('copied');
      expect(await push({ credsStore: 'test' })).toBe('copied');
    } finally {
      process.env.PATH = path;
    }
  });

  test('a helper whose child holds its output open is not waited for, and no answer of one is repeated', async () => {
    const bin = join(folder, 'bin');
    await mkdir(bin, { recursive: true });
    const path = process.env.PATH;
    process.env.PATH = `${bin}:${path}`;
    const ask = async (script: string, timeoutMs: number): Promise<unknown> => {
      await writeFile(join(bin, 'docker-credential-odd'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      await writeFile(join(folder, 'config.json'), JSON.stringify({ credsStore: 'odd' }));
      return createDockerCredentialSource(folder, timeoutMs)('h:1').catch((error: unknown) => error);
    };
    try {
      const pids = join(folder, 'pid');
      const silent = await ask(`sleep 600 & echo $! > ${pids}; wait`, 200);
      process.kill(Number(await readFile(pids, 'utf8')));
      expect(silent).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('docker-credential-odd') });
      const odd = await ask('echo secret', 30_000);
      expect(odd).toMatchObject({ code: 'CORRUPT' });
      expect(inspect(odd)).not.toContain('secret');
    } finally {
      process.env.PATH = path;
    }
  });

  test.each([
    ['nobody', {}],
    ['a wrong password', { auths: { HOST: { auth: base64('ada:wrong-secret') } } }],
  ])('%s is refused, and no secret is said', async (_name, config) => {
    const error = await push(JSON.parse(JSON.stringify(config).replace('HOST', server.host))).catch((e: unknown) => e);
    // The account may not use the repository: that is said of it, and not of the blob that was asked for first.
    expect(error).toMatchObject({ code: 'ACCESS_DENIED', subject: `docker://${server.host}/app` });
    expect(JSON.stringify(error)).not.toContain('secret');
  });
});
