import type { IncomingMessage } from 'node:http';
import type { RequestFacts } from './request-guard.ts';

/** What the guard looks at, taken from a request. Repeated headers are kept apart. */
export function factsOf(request: IncomingMessage, upgrade: boolean): RequestFacts {
  const { headers, headersDistinct } = request;
  return {
    method: request.method,
    target: request.url,
    hosts: headersDistinct.host ?? [],
    origin: headers.origin,
    fetchSite: headersDistinct['sec-fetch-site']?.join(),
    hasBody:
      headers['transfer-encoding'] !== undefined || (headersDistinct['content-length'] ?? []).some((n) => n !== '0'),
    upgrade,
  };
}
