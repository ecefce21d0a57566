import { ORPCError } from '@orpc/contract';
import {
  CACHE_ERROR_CODES,
  CacheError,
  type CacheErrorCode,
  cancelled,
  throwIfAborted,
  toCacheError,
} from '../base/errors.ts';
import { guardStream, isStream } from './stream.ts';

/** What a failed call looks like on the wire: the code, the sentence and the declared details. */
interface WireError {
  readonly code: string;
  readonly message: string;
  readonly data?: unknown;
}

const KNOWN: ReadonlySet<string> = new Set(CACHE_ERROR_CODES);

/** Codes that the transport itself uses, for what the contract has its own word for. */
const FOREIGN: Readonly<Record<string, CacheErrorCode>> = {
  BAD_REQUEST: 'INVALID_INPUT',
  FORBIDDEN: 'ACCESS_DENIED',
  UNAUTHORIZED: 'ACCESS_DENIED',
  SERVICE_UNAVAILABLE: 'UNAVAILABLE',
  CLIENT_CLOSED_REQUEST: 'CANCELLED',
};

/** Builds the `CacheError` back from what crossed the contract; an unknown code is `INTERNAL`. */
export function fromWireError(error: WireError): CacheError {
  const code = (KNOWN.has(error.code) ? error.code : (FOREIGN[error.code] ?? 'INTERNAL')) as CacheErrorCode;
  return CacheError.fromData({ code, message: error.message, ...detailsOf(error.data) }, error);
}

/** A caller's signal, as far as this file needs to know it: shared code has neither Node's nor the browser's types. */
interface Signal {
  readonly aborted: boolean;
}

/**
 * The `CacheError` of anything that a transport throws. A call that its caller gave up is `CANCELLED`, whatever the
 * transport says of it; a connection that broke is `UNAVAILABLE`.
 */
export function fromTransport(error: unknown, signal?: Signal): CacheError {
  if (error instanceof CacheError) return error;
  if (signal?.aborted) return cancelled();
  if (error instanceof ORPCError) return fromWireError(error);
  // Nobody gave the call up, so it is the connection that went: oRPC then closes its queues with an abort.
  const known = toCacheError(error);
  if (known.code !== 'CANCELLED' && known.code !== 'INTERNAL') return known;
  return new CacheError('UNAVAILABLE', 'The connection to the engine was lost.', {
    hint: 'Start Cachewright again and repeat what you asked for.',
    cause: error,
  });
}

/**
 * Interceptor for a link or the in-process client: a caller then sees `CacheError`s only, in the answer and in every
 * item of a stream. A stream that was given up throws `CANCELLED`, also where the transport would end it in silence.
 */
export async function callerErrors(call: { readonly signal?: Signal | undefined; next(): unknown }): Promise<unknown> {
  const { signal } = call;
  try {
    const answer = await call.next();
    if (!isStream(answer)) return answer;
    return guardStream(
      answer,
      (error) => fromTransport(error, signal),
      () => throwIfAborted(signal),
    );
  } catch (error) {
    throw fromTransport(error, signal);
  }
}

function detailsOf(data: unknown): { subject?: string; hint?: string } {
  if (typeof data !== 'object' || data === null) return {};
  const { subject, hint } = data as { subject?: unknown; hint?: unknown };
  return {
    ...(typeof subject === 'string' ? { subject } : {}),
    ...(typeof hint === 'string' ? { hint } : {}),
  };
}
