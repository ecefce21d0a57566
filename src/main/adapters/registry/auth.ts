import { z } from 'zod';
import { CacheError, isCacheError, throwIfAborted } from '../../../shared/base/errors.ts';
import type { Clock } from '../../engine/ports/clock.ts';
import type { CredentialSource, Credentials } from './docker-credentials.ts';
import { readAll } from './responses.ts';
import { repeatingSilence } from './silence.ts';
import type { HttpRequest, Transport } from './transport.ts';

/** What a `WWW-Authenticate` header asks for. */
export interface Challenge {
  readonly scheme: 'basic' | 'bearer';
  readonly realm: string;
  readonly service: string;
  readonly scope: string;
}

/** Reads the first challenge we can answer. Must agree with RFC 9110, section 11.6.1, in its quoted strings. */
export function parseChallenge(header: string): Challenge | undefined {
  const [, scheme, rest = ''] = /^\s*(bearer|basic)\b(.*)$/is.exec(header) ?? [];
  if (!scheme) return undefined;
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, plain] of rest.matchAll(/([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g)) {
    parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '');
  }
  const parameter = (name: string) => parameters.get(name) ?? '';
  return {
    scheme: scheme.toLowerCase() as Challenge['scheme'],
    realm: parameter('realm'),
    service: parameter('service'),
    scope: parameter('scope'),
  };
}

/** The answer of a token server is left there, unread. */
const TOKEN_LIMIT_BYTES = 2 ** 20;
const text = new TextDecoder();

const tokenSchema = z.object({
  token: z.string().optional(),
  access_token: z.string().optional(),
  expires_in: z.number().optional(),
});

/** Answers challenges of one registry and remembers the answers until they run out. */
export interface Authenticator {
  /** The header for a request, as far as it is known; "" for none. */
  header(scope: string): string;
  /**
   * Answers a challenge to a request that was sent with `sent`. False when nothing new can be said: the request is then
   * refused for good, and the next one asks anew who somebody is, for they may have signed in meanwhile.
   * @throws `ACCESS_DENIED` for a token server that no password may be sent to, `UNAVAILABLE` for one that cannot be asked
   */
  answer(challengeHeader: string, scope: string, sent: string, signal?: AbortSignal): Promise<boolean>;
}

/**
 * An authenticator for one registry host. A password goes to the registry itself, or to the token server that it names,
 * and there only over TLS or on this machine.
 */
export function createAuthenticator(
  host: string,
  credentials: CredentialSource,
  transport: Transport,
  clock: Clock,
): Authenticator {
  const headers = new Map<string, { readonly value: string; readonly until: number }>();
  const answering = new Map<string, Promise<boolean>>();
  let known: Promise<Credentials | undefined> | undefined;
  const who = () => {
    known ??= credentials(host);
    return known;
  };

  async function bearer(challenge: Challenge, scope: string, signal?: AbortSignal): Promise<boolean> {
    const realm = realmOf(challenge.realm, host, transport);
    const wanted = challenge.scope || scope;
    const somebody = await who();
    const answer = await askTokenServer(transport, tokenRequest(realm, challenge.service, wanted, somebody, signal));
    const { token, access_token, expires_in = 60 } = answer ?? {};
    const value = token ?? access_token;
    if (!value) return false;
    // Some seconds early: a token that runs out under way is refused.
    headers.set(scope, { value: `Bearer ${value}`, until: clock.now() + Math.max(1, expires_in - 10) * 1000 });
    return true;
  }

  const forget = (scope: string): void => {
    known = undefined;
    headers.delete(scope);
    headers.delete('*');
  };

  const header = (scope: string): string => {
    const entry = headers.get(scope) ?? headers.get('*');
    return entry && entry.until > clock.now() ? entry.value : '';
  };

  async function answerOnce(challenge: Challenge, scope: string, signal?: AbortSignal): Promise<boolean> {
    if (challenge.scheme === 'bearer') return bearer(challenge, scope, signal);
    const somebody = await who();
    if (!somebody || !('username' in somebody)) return false;
    headers.set('*', { value: basic(somebody.username, somebody.password), until: Number.POSITIVE_INFINITY });
    return true;
  }

  return {
    header,
    async answer(challengeHeader, scope, sent, signal) {
      const challenge = parseChallenge(challengeHeader);
      if (!challenge) return false;
      // Requests that are sent at the same time are challenged at the same time: one answer is enough for all.
      await answering.get(scope)?.catch(() => undefined);
      throwIfAborted(signal);
      if (header(scope) !== '' && header(scope) !== sent) return true;
      // The same password once more would be refused once more.
      const isRefused = challenge.scheme === 'basic' && sent.startsWith('Basic ');
      const answered = isRefused ? Promise.resolve(false) : answerOnce(challenge, scope, signal);
      answering.set(scope, answered);
      let isAnswered = false;
      try {
        isAnswered = await answered;
      } finally {
        if (answering.get(scope) === answered) answering.delete(scope);
        if (!isAnswered) forget(scope);
      }
      return isAnswered;
    },
  };
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function realmOf(realm: string, host: string, transport: Transport): URL {
  const url = URL.parse(realm) ?? undefined;
  if (!url || !transport.isSafe(url)) {
    throw new CacheError('ACCESS_DENIED', 'The registry names a token server that no password may be sent to.', {
      subject: host,
      hint: 'A token server is reached over https.',
    });
  }
  return url;
}

/**
 * The answer of a token server; undefined when it refuses.
 * @throws `ACCESS_DENIED` for one on this machine that the user did not name, `UNAVAILABLE`, `CANCELLED`
 */
async function askTokenServer(
  transport: Transport,
  [url, request]: [URL, HttpRequest],
): Promise<z.infer<typeof tokenSchema> | undefined> {
  const ask = async (): Promise<string | undefined> => {
    const response = await transport.send(url, request);
    if (response.ok) return text.decode(await readAll(response, TOKEN_LIMIT_BYTES, url.host));
    await response.body?.cancel();
    // A token server that sends elsewhere would have the password go along.
    if (response.status >= 300 && response.status < 400) throw new Error(`status ${response.status}`);
    return undefined;
  };
  let answer: string | undefined;
  try {
    answer = await repeatingSilence(ask);
  } catch (cause) {
    throwIfAborted(request.signal);
    if (isCacheError(cause, 'ACCESS_DENIED')) throw cause;
    throw noAnswer(url, cause);
  }
  if (answer === undefined) return undefined;
  try {
    return tokenSchema.parse(JSON.parse(answer));
  } catch {
    // Without the cause: it quotes what was read, and with it a token.
    throw noAnswer(url);
  }
}

function noAnswer(realm: URL, cause?: unknown): CacheError {
  return new CacheError('UNAVAILABLE', 'The token server of the registry gives no answer that can be understood.', {
    subject: realm.host,
    hint: 'Check the network, and try it again.',
    cause,
  });
}

/** A GET with a password, or a POST that trades an identity token in. Must agree with the distribution token specification. */
function tokenRequest(
  realm: URL,
  service: string,
  scope: string,
  somebody: Credentials | undefined,
  signal?: AbortSignal,
): [URL, HttpRequest] {
  const scopes = scope.split(' ').filter((one) => one !== '');
  if (somebody && 'identityToken' in somebody) {
    const body = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'cachewright', service, scope });
    body.set('refresh_token', somebody.identityToken);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return [realm, { method: 'POST', headers, body: new TextEncoder().encode(String(body)), signal }];
  }
  const url = new URL(realm);
  if (service) url.searchParams.set('service', service);
  for (const one of scopes) url.searchParams.append('scope', one);
  const headers: Record<string, string> = somebody
    ? { authorization: basic(somebody.username, somebody.password) }
    : {};
  return [url, { method: 'GET', headers, signal }];
}
