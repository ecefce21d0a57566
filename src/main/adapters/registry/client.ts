import { CacheError, throwIfAborted, toCacheError } from '../../../shared/base/errors.ts';
import { type Clock, systemClock } from '../../engine/ports/clock.ts';
import { createSlots, type Slots } from '../../engine/streams/slots.ts';
import { type Authenticator, createAuthenticator } from './auth.ts';
import type { CredentialSource } from './docker-credentials.ts';
import { isSilence, SILENCE_REPEATS } from './silence.ts';
import { createTransport, type HttpRequest, type TransportOptions } from './transport.ts';

/** A request to a registry: a path below `/v2/`, or a whole address that the registry gave. */
export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly target: string;
  readonly scope: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Made anew for each try. */
  readonly body?: () => Uint8Array | AsyncIterable<Uint8Array>;
  /** Not tried again: a part that arrived in part cannot be sent twice. */
  readonly isOnlyTry?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** What the request is about, for errors. */
  readonly subject: string;
}

/** Talks to one registry host: authentication, redirects, tries again. */
export interface RegistryClient {
  readonly host: string;
  /**
   * The answer, whatever its status but 401, 429 and 5xx. The caller reads or cancels its body.
   * @throws `ACCESS_DENIED`, `UNAVAILABLE` (after four tries, or three that were met with silence), `CANCELLED`
   */
  send(request: RegistryRequest): Promise<Response>;
  /** Places for blobs that are read from this host, and for those that are sent there, whoever does it. */
  readonly downloads: Slots;
  readonly uploads: Slots;
  /** A whole address for a place the registry named in a `Location` header. */
  resolve(location: string): string;
}

const TRIES = 4;
const FIRST_PAUSE_MS = 200;
const REDIRECTS = 5;
/** Blobs under way at once in each direction: enough to fill a line, and few enough not to be taken for an attack. */
const BLOBS_AT_ONCE = 8;

/**
 * A client for one registry host. Plain http only for a registry on this machine. Credentials go to that host alone:
 * a redirect elsewhere (a storage back end) gets none, and none of this machine is followed.
 */
export function createRegistryClient(
  host: string,
  credentials: CredentialSource,
  options: TransportOptions = {},
): RegistryClient {
  const { clock = systemClock } = options;
  const transport = createTransport(host === 'docker.io' ? 'registry-1.docker.io' : host, options);
  const auth = createAuthenticator(host, credentials, transport, clock);
  const resolve = (location: string) => new URL(location, `${transport.origin}/`).href;

  async function once(request: RegistryRequest): Promise<Response> {
    let url = new URL(resolve(request.target.startsWith('http') ? request.target : `/v2/${request.target}`));
    for (let hop = 0; hop < REDIRECTS; hop += 1) {
      if (!transport.isSafe(url)) {
        throw new CacheError('ACCESS_DENIED', 'The registry leads to an address without TLS.', {
          subject: request.subject,
          hint: 'Ask whoever runs the registry: its storage has to be reached over https.',
        });
      }
      const response = await transport.send(
        url,
        httpRequest(request, url.origin === transport.origin ? auth : undefined),
      );
      const location = response.headers.get('location');
      // 3xx with a place to go; an upload's 202 has a Location too, which the caller wants to see.
      if (response.status < 300 || response.status >= 400 || !location) return response;
      await response.body?.cancel();
      url = new URL(location, url);
    }
    throw new CacheError('UNAVAILABLE', 'The registry redirects without end.', { subject: request.subject });
  }

  return {
    host,
    downloads: createSlots(BLOBS_AT_ONCE),
    uploads: createSlots(BLOBS_AT_ONCE),
    resolve,
    async send(request) {
      let answered = false;
      const tries = request.isOnlyTry ? 1 : TRIES;
      for (let attempt = 1; ; attempt += 1) {
        throwIfAborted(request.signal);
        let response: Response;
        const sent = auth.header(request.scope);
        try {
          response = await once(request);
        } catch (error) {
          if (error instanceof CacheError || request.signal?.aborted) throw toCacheError(error, request.subject);
          const isOver = attempt >= tries || (isSilence(error) && attempt > SILENCE_REPEATS);
          if (isOver) throw unreachable(host, request, error);
          await pause(clock, attempt, undefined, request.signal);
          continue;
        }
        if (response.status === 401 && !answered) {
          await response.body?.cancel();
          const challenge = response.headers.get('www-authenticate') ?? '';
          answered = await auth.answer(challenge, request.scope, sent, request.signal);
          if (answered) continue;
          throw refused(host, request);
        }
        if (response.status === 401 || response.status === 403) {
          await response.body?.cancel();
          throw refused(host, request);
        }
        if (response.status !== 429 && response.status < 500) return response;
        await response.body?.cancel();
        if (attempt >= tries) throw unreachable(host, request, new Error(`status ${response.status}`));
        await pause(clock, attempt, response.headers.get('retry-after') ?? undefined, request.signal);
      }
    },
  };
}

function httpRequest(request: RegistryRequest, auth: Authenticator | undefined): HttpRequest {
  const authorization = auth?.header(request.scope) ?? '';
  return {
    method: request.method,
    // As they are: compressed under way, lengths and ranges would be those of other bytes.
    headers: { 'accept-encoding': 'identity', ...request.headers, ...(authorization ? { authorization } : {}) },
    body: request.body?.(),
    signal: request.signal,
  };
}

function refused(host: string, request: RegistryRequest): CacheError {
  return new CacheError('ACCESS_DENIED', `The registry ${host} does not permit this.`, {
    subject: repositoryOf(host, request),
    hint: `Sign in with "docker login ${host}", and check that the account may read or write this repository.`,
  });
}

function unreachable(host: string, request: RegistryRequest, cause: unknown): CacheError {
  return new CacheError('UNAVAILABLE', `The registry ${host} does not answer.`, {
    subject: repositoryOf(host, request),
    hint: 'Check its address and the network, then try again. A copy goes on where it was cut off.',
    cause,
  });
}

/** Whether a registry answers, and permits, is no matter of one blob: it is said of the repository. */
function repositoryOf(host: string, { scope, subject }: RegistryRequest): string {
  const name = /^repository:([^:]+):/.exec(scope)?.[1];
  return name === undefined ? subject : `docker://${host}/${name}`;
}

/** Waits before another try: as long as the registry asks for, at most 30 s, else ever longer. */
async function pause(
  clock: Clock,
  attempt: number,
  retryAfter: string | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const asked = Number(retryAfter);
  const ms = Number.isFinite(asked) && asked > 0 ? Math.min(asked * 1000, 30_000) : FIRST_PAUSE_MS * 2 ** (attempt - 1);
  await clock.wait(ms, signal);
}
