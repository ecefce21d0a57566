import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import type { CacheService, RecordStream, ServiceConnector } from '../../engine/service/cache-service.ts';
import {
  readAsked,
  readConfig,
  writeCacheKey,
  writeGetConfig,
  writeLink,
  writeRecordLayers,
} from '../../engine/service/wire.ts';
import { parseServiceAddress } from './address.ts';
import {
  createServiceHttp,
  letGo,
  SERVICE_LIMITS,
  type ServiceHttp,
  type ServiceLimits,
  type ServiceRequest,
} from './http.ts';
import { createServiceLayers } from './layers.ts';

/** Answers that are read whole: which records to push, and the periods. */
const MOST_ANSWER_BYTES = 256 << 20;
const JSON_BODY = { 'content-type': 'application/json' };

/** Returns what connects to cache services over HTTP. */
export function createServiceConnector(limits: ServiceLimits = SERVICE_LIMITS): ServiceConnector {
  return async (url, credentials = {}) => {
    const address = parseServiceAddress(url);
    return createClient(await createServiceHttp(address, credentials, limits), address.location);
  };
}

function createClient(http: ServiceHttp, location: string): CacheService {
  /** The whole answer of a call. Any status but 200 is a failure, as Dagger has it. */
  const call = async (request: ServiceRequest): Promise<string> => {
    const { signal } = request;
    const answer = await http.send(request);
    try {
      if (answer.statusCode !== 200) throw unexpected(answer.statusCode, location);
      const chunks: Uint8Array[] = [];
      let bytes = 0;
      for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
        bytes += chunk.length;
        if (bytes > MOST_ANSWER_BYTES) throw tooMuch(location);
        chunks.push(chunk);
      }
      return Buffer.concat(chunks).toString('utf8');
    } catch (error) {
      letGo(answer);
      throw http.told(error, signal);
    }
  };
  const at = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      if (!isCacheError(error)) throw error;
      const where = error.subject === undefined ? '' : ` This is in ${error.subject}.`;
      throw CacheError.fromData({ ...error.toJSON(), message: `${error.message}${where}`, subject: location }, error);
    }
  };

  return {
    location,
    layers: createServiceLayers(http, location),
    async getConfig(request, { signal } = {}) {
      const body = `${writeGetConfig(request)}\n`;
      const json = await call({ method: 'GET', path: '/config', body, headers: JSON_BODY, signal });
      return at(() => readConfig(json));
    },
    async updateCacheRecords(records, { signal } = {}) {
      const body = recordsBody(records);
      const json = await call({ method: 'POST', path: '/records', body, headers: JSON_BODY, signal });
      return at(() => readAsked(json));
    },
    async updateCacheLayers(request, { signal } = {}) {
      const body = writeRecordLayers(request);
      await call({ method: 'POST', path: '/layers', body, headers: JSON_BODY, signal });
    },
    async *importCache({ signal } = {}) {
      const answer = await http.send({ method: 'GET', path: '/import', signal });
      try {
        if (answer.statusCode !== 200) throw unexpected(answer.statusCode, location);
        yield* answer.body as AsyncIterable<Uint8Array>;
      } catch (error) {
        throw http.told(error, signal);
      } finally {
        letGo(answer);
      }
    },
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
}

/** Pieces of the body that are sent together. */
const PIECE_CHARACTERS = 64 * 1024;

/** The body of `POST /records`, made as it is sent. */
async function* recordsBody({ keys, links }: RecordStream): AsyncGenerator<string> {
  let piece = '{"CacheKeys":[';
  let between = '';
  for await (const key of keys()) {
    piece += between + writeCacheKey(key);
    between = ',';
    if (piece.length < PIECE_CHARACTERS) continue;
    yield piece;
    piece = '';
  }
  piece += '],"Links":[';
  between = '';
  for await (const link of links()) {
    piece += between + writeLink(link);
    between = ',';
    if (piece.length < PIECE_CHARACTERS) continue;
    yield piece;
    piece = '';
  }
  yield `${piece}]}\n`;
}

function unexpected(status: number, location: string): CacheError {
  return new CacheError('UNAVAILABLE', `The service answers with status ${status}.`, {
    subject: location,
    hint: 'Check the address, and the log of the service.',
  });
}

function tooMuch(location: string): CacheError {
  return new CacheError('INVALID_INPUT', `The answer is larger than ${MOST_ANSWER_BYTES >> 20} MiB.`, {
    subject: location,
    hint: 'The rest was not read. Is this a cache service?',
  });
}
