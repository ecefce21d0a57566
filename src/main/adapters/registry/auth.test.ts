import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRegistryClient } from './client.ts';
import type { CredentialSource } from './docker-credentials.ts';
import { createRepository } from './repository.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;

/** A registry that wants tokens, and its token server, with what they have been asked. */
async function startTokenRegistry(options: { readonly realm?: string; readonly expiresIn?: number }) {
  const asked: URL[] = [];
  const passwords: (string | undefined)[] = [];
  const answers: number[] = [];
  let serial = 0;
  const server = createServer((request: IncomingMessage, response) => {
    const url = new URL(request.url ?? '', `http://${request.headers.host}`);
    if (url.pathname === '/token') {
      serial += 1;
      asked.push(url);
      passwords.push(request.headers.authorization);
      response.end(JSON.stringify({ token: `t${serial}`, expires_in: options.expiresIn ?? 300 }));
      return;
    }
    const isKnown = request.headers.authorization === `Bearer t${serial}`;
    const realm = options.realm ?? `http://${request.headers.host}/token`;
    if (!isKnown) {
      response.setHeader(
        'www-authenticate',
        `Bearer realm="${realm}",service="the \\"registry\\"",scope="repository:app:pull"`,
      );
    }
    answers.push(isKnown ? 200 : 401);
    response.statusCode = isKnown ? 200 : 401;
    response.setHeader('content-length', '7');
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    asked,
    passwords,
    answers,
    repository: (credentials: CredentialSource) => createRepository(createRegistryClient(host, credentials), 'app'),
    /** Makes every token that was given out worthless. */
    revoke: () => {
      serial += 1;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const ada: CredentialSource = async () => ({ username: 'ada', password: 'secret' });

describe('a registry that wants tokens', () => {
  let registry: Awaited<ReturnType<typeof startTokenRegistry>>;
  beforeEach(async () => {
    registry = await startTokenRegistry({});
  });
  afterEach(() => registry[Symbol.asyncDispose]());

  test('one token answers all that is asked at once, and later; a revoked one is replaced', async () => {
    const repository = registry.repository(ada);
    const askAll = () => Promise.all(Array.from({ length: 6 }, () => repository.blobSize(DIGEST)));
    expect(await askAll()).toEqual([7, 7, 7, 7, 7, 7]);
    expect(await askAll()).toEqual([7, 7, 7, 7, 7, 7]);
    expect(registry.asked).toHaveLength(1);
    expect([...(registry.asked[0]?.searchParams ?? [])]).toEqual([
      ['service', 'the "registry"'],
      ['scope', 'repository:app:pull'],
    ]);
    expect(registry.passwords).toEqual([`Basic ${Buffer.from('ada:secret').toString('base64')}`]);
    registry.revoke();
    expect(await repository.blobSize(DIGEST)).toBe(7);
    expect(registry.asked).toHaveLength(2);
  });

  test('who gives up does not give up for the others', async () => {
    const repository = registry.repository(ada);
    const abort = new AbortController();
    const first = repository.blobSize(DIGEST, abort.signal).catch((error: unknown) => error);
    const second = repository.blobSize(DIGEST);
    abort.abort();
    expect(await first).toMatchObject({ code: 'CANCELLED' });
    expect(await second).toBe(7);
  });

  test('a token server elsewhere without TLS gets no password', async () => {
    await using other = await startTokenRegistry({ realm: 'http://tokens.example.com/token' });
    await expect(other.repository(ada).blobSize(DIGEST)).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  });

  test('a token server that does not answer is UNAVAILABLE', async () => {
    await using other = await startTokenRegistry({ realm: 'http://127.0.0.1:1/token' });
    const error = await other
      .repository(ada)
      .blobSize(DIGEST)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'UNAVAILABLE', subject: '127.0.0.1:1' });
    expect(JSON.stringify(error)).not.toContain('secret');
  });
});
