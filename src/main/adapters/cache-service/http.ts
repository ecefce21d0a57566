import { readFile } from 'node:fs/promises';
import { Agent, type Dispatcher, errors, request } from 'undici';
import { CacheError, cancelled, throwIfAborted, toCacheError } from '../../../shared/base/errors.ts';
import type { ServiceCredentials } from '../../engine/service/cache-service.ts';
import type { ServiceAddress } from './address.ts';

/** How long a service may say nothing, in milliseconds. */
export interface ServiceLimits {
  readonly connectMs: number;
  /** Until the head of an answer: a report of a million records is worked through first. */
  readonly headMs: number;
  /** Between two pieces of a body. */
  readonly bytesMs: number;
}

/** The limits that hold unless a test says otherwise: those of registries. */
export const SERVICE_LIMITS: ServiceLimits = { connectMs: 10_000, headMs: 120_000, bytesMs: 60_000 };

/** One request. */
export interface ServiceRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'HEAD';
  readonly path: string;
  readonly body?: AsyncIterable<Uint8Array | string> | string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Sends requests to one service. Redirects are not followed: a token goes nowhere else. */
export interface ServiceHttp extends AsyncDisposable {
  /** @throws `ACCESS_DENIED` for 401 and 403, `UNAVAILABLE` for silence and a service that cannot be reached, `CANCELLED` */
  send(request: ServiceRequest): Promise<Dispatcher.ResponseData>;
  /** Gives any failure its words. */
  told(error: unknown, signal?: AbortSignal): CacheError;
}

/** Connects nothing yet. @throws `NOT_FOUND`, `ACCESS_DENIED` for files that cannot be read */
export async function createServiceHttp(
  { base, location, socketPath }: ServiceAddress,
  { tokenFile, caFile, certFile, keyFile }: ServiceCredentials,
  { connectMs, headMs, bytesMs }: ServiceLimits,
): Promise<ServiceHttp> {
  const [ca, cert, key] = await Promise.all([caFile, certFile, keyFile].map(readGiven));
  const agent = new Agent({
    headersTimeout: headMs,
    bodyTimeout: bytesMs,
    connect: {
      timeout: connectMs,
      ...(socketPath === undefined ? {} : { socketPath }),
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    },
  });

  const told = (error: unknown, signal?: AbortSignal): CacheError => {
    if (signal?.aborted) return cancelled(location);
    return error instanceof CacheError ? error : unreachable(error, location);
  };
  return {
    told,
    async send({ method, path, body, headers, signal }) {
      throwIfAborted(signal);
      // Read each time: a token that was renewed counts from then on.
      const token = (await readGiven(tokenFile))?.trim();
      const authorization = token ? { authorization: `Bearer ${token}` } : {};
      let answer: Dispatcher.ResponseData;
      try {
        answer = await request(`${base}${path}`, {
          method,
          dispatcher: agent,
          headers: { ...authorization, ...headers },
          ...(body === undefined ? {} : { body: body as string }),
          ...(signal ? { signal } : {}),
        });
      } catch (error) {
        throw told(error, signal);
      }
      if (answer.statusCode !== 401 && answer.statusCode !== 403) return answer;
      await answer.body.dump();
      throw refused(answer.statusCode, token !== undefined, location);
    },
    // Not `close`, which waits for answers that nobody reads any more.
    [Symbol.asyncDispose]: () => agent.destroy(),
  };
}

/** Lets go of an answer that nobody reads to its end; the connection goes with it. */
export function letGo({ body }: Dispatcher.ResponseData): void {
  body.on('error', () => undefined).destroy();
}

async function readGiven(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw toCacheError(error, path);
  }
}

function refused(status: number, hadToken: boolean, location: string): CacheError {
  const isUnknown = status === 401;
  return new CacheError(
    'ACCESS_DENIED',
    isUnknown ? 'The service does not know who asks.' : 'The service does not permit this.',
    {
      subject: location,
      hint:
        isUnknown && !hadToken
          ? 'Give the file with its token: --token-file FILE.'
          : 'Ask whoever runs the service for a token that is valid, and check the file.',
    },
  );
}

function unreachable(error: unknown, location: string): CacheError {
  const isSilent = error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError;
  const code = (error as { readonly code?: string } | undefined)?.code ?? '';
  const isCertificate = /CERT|SELF_SIGNED|ALTNAME|UNABLE_TO/.test(code);
  return new CacheError('UNAVAILABLE', isSilent ? 'The service went silent.' : sentenceOf(isCertificate, code), {
    subject: location,
    hint: isCertificate
      ? 'Give the certificate authority that signed its certificate.'
      : 'Check the address, and that the service runs.',
    cause: error,
  });
}

function sentenceOf(isCertificate: boolean, code: string): string {
  if (isCertificate) return 'The certificate of the service is not one that this machine trusts.';
  return code === 'ECONNREFUSED' || code === 'ENOENT'
    ? 'Nothing listens at the address of the service.'
    : 'The service cannot be reached.';
}
