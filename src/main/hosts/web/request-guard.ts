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

const MAX_TARGET_CHARACTERS = 8192;

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
  return targetRefusal(facts.target ?? '');
}

/** A path that means another path to somebody else is refused, although it is only looked up in a map here. */
function targetRefusal(target: string): Refusal | undefined {
  if (target.length > MAX_TARGET_CHARACTERS) return { status: 414, text: 'This address is too long.' };
  const malformed = { status: 400, text: 'This address is not well formed.' } as const;
  // No absolute form, no `*`, no `//host`, and only visible ASCII, as a browser sends it.
  if (!/^\/(?!\/)[\x21-\x7e]*$/.test(target)) return malformed;
  const path = pathOf(target);
  if (/[\\]|\/\/|%(?![0-9a-f]{2})|%(?:0|1[0-9a-f]|2e|2f|5c|7f)/i.test(path)) return malformed;
  if (path.split('/').some((part) => part === '.' || part === '..')) return malformed;
  return undefined;
}

/** The path of a request target, without its query. */
export function pathOf(target: string): string {
  const end = target.search(/[?#]/);
  return end === -1 ? target : target.slice(0, end);
}

/**
 * The place to go to after login: a path of this site, or `/`. It comes from an address that anybody may have written.
 */
export function safeNext(next: string | null | undefined): string {
  if (!next || next.length > MAX_TARGET_CHARACTERS || targetRefusal(next) !== undefined) return '/';
  return pathOf(next) === '/login' ? '/' : next;
}
