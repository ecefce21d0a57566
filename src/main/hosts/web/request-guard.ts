import { isTooLong, pathOf, safePath } from '../safe-path.ts';

/** What a request says of itself, before anything is believed. Names of headers are lower case. */
export interface RequestFacts {
  readonly method: string | undefined;
  /** The request target as it was sent. */
  readonly target: string | undefined;
  /** Every `Host` that was sent: two are as suspicious as none. */
  readonly hosts: readonly string[];
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
  readonly hasBody: boolean;
  /** True for the upgrade to a WebSocket, where a browser always says its origin. */
  readonly upgrade: boolean;
}

/** Why a request is turned away. `text` is shown to the person in front of the browser. */
export interface Refusal {
  readonly status: 400 | 403 | 405 | 413 | 414;
  readonly text: string;
}

/** The names under which a browser on this machine reaches us. Anything else is a foreign name that resolves to us. */
export function allowedHosts(port: number): readonly string[] {
  const names = ['127.0.0.1', 'localhost', '[::1]'];
  // A browser leaves the default port out.
  return names.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`]));
}

/**
 * The checks that come before any token is looked at: method, target, `Host` (against DNS rebinding), `Origin` and
 * `Sec-Fetch-Site` (against pages of other origins). Undefined: the request may go on.
 */
export function refusal(facts: RequestFacts, port: number): Refusal | undefined {
  const host = facts.hosts.length === 1 ? facts.hosts[0]?.toLowerCase() : undefined;
  if (host === undefined || !allowedHosts(port).includes(host)) {
    return {
      status: 403,
      text: `This address is not served here. Open http://127.0.0.1:${port}/ (through a tunnel: use the same port number on both ends).`,
    };
  }
  const foreign = {
    status: 403,
    text: 'Requests from other sites are not answered. Open the address itself.',
  } as const;
  if (facts.origin === undefined ? facts.upgrade : facts.origin !== `http://${host}`) return foreign;
  if (facts.fetchSite !== undefined && facts.fetchSite !== 'same-origin' && facts.fetchSite !== 'none') return foreign;
  if (facts.method !== 'GET' && (facts.method !== 'HEAD' || facts.upgrade)) {
    return { status: 405, text: 'Only GET and HEAD are answered here.' };
  }
  if (facts.hasBody) return { status: 413, text: 'A request with a body is not answered here.' };
  const target = facts.target ?? '';
  if (isTooLong(target)) return { status: 414, text: 'This address is too long.' };
  // It is only looked up in a map here, but what means another path to somebody else is refused all the same.
  return safePath(target) === undefined ? { status: 400, text: 'This address is not well formed.' } : undefined;
}

/**
 * The place to go to after login: a path of this site, or `/`. It comes from an address that anybody may have written.
 */
export function safeNext(next: string | null | undefined): string {
  const path = safePath(next ?? '');
  return path === undefined || pathOf(path) === '/login' ? '/' : path;
}
