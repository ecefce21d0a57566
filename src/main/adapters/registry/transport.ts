import type { LookupFunction } from 'node:net';
import type { Agent } from 'undici';
import { CacheError } from '../../../shared/base/errors.ts';
import { type Clock, systemClock } from '../../engine/ports/clock.ts';
import { bareHost, createFarLookup, isLoopbackHost, isNearAddress, nearAddress } from './addresses.ts';
import { SILENCE_LIMITS, Silence, type SilenceLimits, watchSilence } from './silence.ts';

/** What connections are made with; tests put their own in. */
export interface TransportOptions {
  readonly clock?: Clock;
  readonly silence?: SilenceLimits;
  /** Resolves names of hosts that the registry leads to. */
  readonly lookup?: LookupFunction;
}

/** A request as `fetch` has it, its body in bytes. */
export interface HttpRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | AsyncIterable<Uint8Array> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Sends one request and follows nothing. */
export interface Transport {
  /** The address of the registry's API, as `https://host:port`. */
  readonly origin: string;
  /** True for an address that a request may go to: over TLS, or without it from a registry on this machine to this machine. */
  isSafe(url: URL): boolean;
  /**
   * The answer, whatever its status. Its body ends with a `Silence` when nothing comes for too long.
   * @throws `ACCESS_DENIED` for an address of this machine that the user did not name, `Silence`, and what `fetch` throws
   */
  send(url: URL, request: HttpRequest): Promise<Response>;
}

/** Pieces that a body is sent in: each that is taken is a sign that the other side is there. */
const PIECE_BYTES = 256 * 1024;
/** Answers that have no body, which `Response` does not let be built with one. */
const BODILESS = [204, 205, 304];

/**
 * Connections of one registry, named by the user as `api`. Hosts that it leads to may not be this machine, by their address
 * or by their name, unless the user named a registry on this machine.
 */
export function createTransport(api: string, options: TransportOptions = {}): Transport {
  const { clock = systemClock, silence = SILENCE_LIMITS, lookup } = options;
  const isLocal = isLoopbackHost(api);
  const origin = new URL(`${isLocal ? 'http' : 'https'}://${api}`).origin;
  const named = new URL(origin).hostname;
  const farLookup = createFarLookup(lookup);
  let farAgent: Promise<Agent> | undefined;

  /** How a host may be connected to that the user did not name; undefined where nothing is to be checked. */
  async function dispatcherTo(url: URL): Promise<Agent | undefined> {
    const host = bareHost(url.hostname);
    const isNamed = url.origin === origin || (url.hostname === named && isNearAddress(host));
    if (isNamed || (isLocal && isLoopbackHost(url.hostname))) return undefined;
    if (isNearAddress(host)) throw nearAddress(url.host);
    // A proxy resolves names itself, and may well be on this machine.
    if (process.env.NODE_USE_ENV_PROXY === '1') return undefined;
    farAgent ??= import('undici').then(({ Agent }) => new Agent({ connect: { lookup: farLookup } }));
    return farAgent;
  }

  async function answer(url: URL, request: HttpRequest, stop: AbortController): Promise<Response> {
    const dispatcher = await dispatcherTo(url);
    const ms = request.body === undefined ? silence.headMs : silence.storedMs;
    using watch = watchSilence(clock, ms, () => stop.abort(new Silence('head', ms)));
    const init = {
      method: request.method,
      headers: request.headers,
      redirect: 'manual',
      signal: request.signal ? AbortSignal.any([request.signal, stop.signal]) : stop.signal,
      ...(request.body === undefined ? {} : { body: pieces(request.body, watch.heard), duplex: 'half' }),
      ...(dispatcher ? { dispatcher } : {}),
    };
    try {
      // The types of the platform know neither a dispatcher of the package nor a generator as a body.
      return await fetch(url, init as unknown as RequestInit);
    } catch (error) {
      if (error instanceof Error && error.cause instanceof CacheError) throw error.cause;
      throw error;
    }
  }

  return {
    origin,
    isSafe: ({ protocol, host }) => protocol === 'https:' || (protocol === 'http:' && isLocal && isLoopbackHost(host)),
    async send(url, request) {
      const stop = new AbortController();
      const response = await answer(url, request, stop);
      const onSilence = (): void => stop.abort(new Silence('body', silence.bytesMs));
      return watched(response, () => watchSilence(clock, silence.bytesMs, onSilence));
    },
  };
}

async function* pieces(body: Uint8Array | AsyncIterable<Uint8Array>, onTaken: () => void): AsyncGenerator<Uint8Array> {
  const chunks = body instanceof Uint8Array ? [body] : body;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      onTaken();
      yield chunk.subarray(at, at + PIECE_BYTES);
    }
  }
  onTaken();
}

/** The same answer, of which each read is watched; while nobody reads, nothing is. */
function watched(response: Response, watch: () => Disposable): Response {
  if (!response.body || BODILESS.includes(response.status)) return response;
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        using _watch = watch();
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return new Response(body, response);
}
