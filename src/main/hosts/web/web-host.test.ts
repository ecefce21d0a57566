import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket as Socket } from 'ws';
import type { EngineClient } from '../../../shared/contract/index.ts';
import { type RawAnswer, rawRequest } from './testing/raw-request.ts';
import { movableClock, signIn, startStandIn } from './testing/stand-in.ts';
import type { WebHost } from './web-host.ts';

let host: WebHost;
let cookie: string;
beforeAll(async () => {
  host = await startStandIn();
  cookie = await signIn(host);
});
afterAll(() => host.close());

/** A whole request: `<own>`, `<port>` and `<cookie>` in its lines stand for the real ones. */
function send(lines: readonly string[], at: WebHost = host, session = cookie): Promise<RawAnswer> {
  const text = [...lines, 'Connection: close', '', ''].join('\r\n');
  return rawRequest(at.port, fill(text, at, session));
}

function fill(text: string, at: WebHost, session: string): string {
  return text
    .replaceAll('<own>', `127.0.0.1:${at.port}`)
    .replaceAll('<port>', String(at.port))
    .replaceAll('<cookie>', session);
}

const OWN = ['Host: <own>', 'Cookie: <cookie>'];
const UPGRADE = [
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

describe('what a request is answered', () => {
  const cases: readonly (readonly [name: string, status: number, lines: readonly string[]])[] = [
    ['the page', 200, ['GET / HTTP/1.1', ...OWN]],
    ['a deep link with a query', 200, ['GET /sources/abc/keys?filter=size:%3E1MiB%20%22x/../y%22 HTTP/1.1', ...OWN]],
    ['an asset', 200, ['GET /assets/a.js HTTP/1.1', ...OWN]],
    ['an asset that is not there', 404, ['GET /assets/missing.js HTTP/1.1', ...OWN]],
    ['HEAD', 200, ['HEAD / HTTP/1.1', ...OWN]],
    ['localhost', 200, ['GET / HTTP/1.1', 'Host: localhost:<port>', 'Cookie: <cookie>']],
    ['IPv6 loopback by name', 200, ['GET / HTTP/1.1', 'Host: [::1]:<port>', 'Cookie: <cookie>']],
    ['upper case of an own name', 200, ['GET / HTTP/1.1', 'Host: LOCALHOST:<port>', 'Cookie: <cookie>']],
    ['own origin', 200, ['GET / HTTP/1.1', ...OWN, 'Origin: http://<own>']],
    ['typed into the address bar', 200, ['GET / HTTP/1.1', ...OWN, 'Sec-Fetch-Site: none']],
    ['asked for by the page itself', 200, ['GET / HTTP/1.1', ...OWN, 'Sec-Fetch-Site: same-origin']],

    ['a foreign host', 403, ['GET / HTTP/1.1', 'Host: evil.example', 'Cookie: <cookie>']],
    ['a foreign host with our port', 403, ['GET / HTTP/1.1', 'Host: evil.example:<port>', 'Cookie: <cookie>']],
    ['localhost as a prefix', 403, ['GET / HTTP/1.1', 'Host: localhost.evil:<port>', 'Cookie: <cookie>']],
    ['127.0.0.1 as a prefix', 403, ['GET / HTTP/1.1', 'Host: 127.0.0.1.evil.example:<port>', 'Cookie: <cookie>']],
    ['a trailing dot', 403, ['GET / HTTP/1.1', 'Host: localhost.:<port>', 'Cookie: <cookie>']],
    ['a user part in the host', 403, ['GET / HTTP/1.1', 'Host: localhost:<port>@evil.example', 'Cookie: <cookie>']],
    ['another port', 403, ['GET / HTTP/1.1', 'Host: 127.0.0.1:1', 'Cookie: <cookie>']],
    ['no port', 403, ['GET / HTTP/1.1', 'Host: 127.0.0.1', 'Cookie: <cookie>']],
    ['another loopback address', 403, ['GET / HTTP/1.1', 'Host: 127.0.0.2:<port>', 'Cookie: <cookie>']],
    ['any address', 403, ['GET / HTTP/1.1', 'Host: 0.0.0.0:<port>', 'Cookie: <cookie>']],
    ['loopback as one number', 403, ['GET / HTTP/1.1', 'Host: 2130706433:<port>', 'Cookie: <cookie>']],
    ['IPv6 without brackets', 403, ['GET / HTTP/1.1', 'Host: ::1:<port>', 'Cookie: <cookie>']],
    ['IPv4 in IPv6', 403, ['GET / HTTP/1.1', 'Host: [::ffff:127.0.0.1]:<port>', 'Cookie: <cookie>']],
    ['IPv6 loopback at length', 403, ['GET / HTTP/1.1', 'Host: [0:0:0:0:0:0:0:1]:<port>', 'Cookie: <cookie>']],
    ['no host', 403, ['GET / HTTP/1.1', 'Cookie: <cookie>']],
    ['no host in HTTP/1.0', 403, ['GET / HTTP/1.0', 'Cookie: <cookie>']],
    ['an empty host', 403, ['GET / HTTP/1.1', 'Host:', 'Cookie: <cookie>']],
    ['two hosts', 403, ['GET / HTTP/1.1', 'Host: <own>', 'Host: evil.example', 'Cookie: <cookie>']],

    ['a foreign origin', 403, ['GET / HTTP/1.1', ...OWN, 'Origin: https://evil.example']],
    ['the null origin', 403, ['GET / HTTP/1.1', ...OWN, 'Origin: null']],
    ['another port as origin', 403, ['GET / HTTP/1.1', ...OWN, 'Origin: http://127.0.0.1:1']],
    ['own host over https as origin', 403, ['GET / HTTP/1.1', ...OWN, 'Origin: https://<own>']],
    ['another own name as origin', 403, ['GET / HTTP/1.1', ...OWN, 'Origin: http://localhost:<port>']],
    ['own origin as a prefix', 403, ['GET / HTTP/1.1', ...OWN, 'Origin: http://<own>.evil.example']],
    ['a cross-site request', 403, ['GET / HTTP/1.1', ...OWN, 'Sec-Fetch-Site: cross-site']],
    ['a same-site request', 403, ['GET / HTTP/1.1', ...OWN, 'Sec-Fetch-Site: same-site']],
    ['two fetch sites', 403, ['GET / HTTP/1.1', ...OWN, 'Sec-Fetch-Site: none', 'Sec-Fetch-Site: cross-site']],

    ['no cookie', 401, ['GET / HTTP/1.1', 'Host: <own>']],
    ['no cookie for an asset', 401, ['GET /assets/a.js HTTP/1.1', 'Host: <own>']],
    ['a wrong cookie', 401, ['GET / HTTP/1.1', 'Host: <own>', 'Cookie: cachewright-<port>=AAAA']],
    ['an empty cookie', 401, ['GET / HTTP/1.1', 'Host: <own>', 'Cookie: cachewright-<port>=']],
    ['the cookie of another port', 401, ['GET / HTTP/1.1', 'Host: <own>', 'Cookie: x-<cookie>']],
    ['the cookie and more', 401, ['GET / HTTP/1.1', 'Host: <own>', 'Cookie: <cookie>x']],
    ['the token in the query', 401, ['GET /?token=<cookie> HTTP/1.1', 'Host: <own>']],
    ['a code that was never issued', 401, ['GET /login?code=AAAA HTTP/1.1', 'Host: <own>']],
    ['a login without a code', 401, ['GET /login HTTP/1.1', 'Host: <own>']],

    ['a path that climbs', 400, ['GET /../../etc/passwd HTTP/1.1', ...OWN]],
    ['a path that climbs below assets', 400, ['GET /assets/../../package.json HTTP/1.1', ...OWN]],
    ['an encoded climb', 400, ['GET /assets/%2e%2e/%2e%2e/etc/passwd HTTP/1.1', ...OWN]],
    ['an encoded climb in upper case', 400, ['GET /%2E%2E/etc/passwd HTTP/1.1', ...OWN]],
    ['an encoded slash', 400, ['GET /assets/..%2fpackage.json HTTP/1.1', ...OWN]],
    ['an encoded backslash', 400, ['GET /assets/..%5cpackage.json HTTP/1.1', ...OWN]],
    ['a backslash', 400, ['GET /assets\\..\\package.json HTTP/1.1', ...OWN]],
    ['an encoded NUL', 400, ['GET /assets/a.js%00.html HTTP/1.1', ...OWN]],
    ['a NUL', 400, ['GET /assets/a.js\0 HTTP/1.1', ...OWN]],
    ['an encoded line feed', 400, ['GET /a%0d%0aX:1 HTTP/1.1', ...OWN]],
    ['two slashes at the start', 400, ['GET //evil.example/ HTTP/1.1', ...OWN]],
    ['two slashes inside', 400, ['GET /a//b HTTP/1.1', ...OWN]],
    ['half an escape', 400, ['GET /%zz HTTP/1.1', ...OWN]],
    ['a whole address as target', 400, ['GET http://evil.example/ HTTP/1.1', ...OWN]],
    ['bytes beyond ASCII', 400, ['GET /\xff\xfe HTTP/1.1', ...OWN]],
    ['a very long path', 414, [`GET /${'a'.repeat(9000)} HTTP/1.1`, ...OWN]],
    ['too many headers', 431, ['GET / HTTP/1.1', ...OWN, `X: ${'a'.repeat(20_000)}`]],

    ['POST', 405, ['POST / HTTP/1.1', ...OWN, 'Content-Length: 0']],
    ['PUT', 405, ['PUT /assets/a.js HTTP/1.1', ...OWN, 'Content-Length: 0']],
    ['DELETE', 405, ['DELETE / HTTP/1.1', ...OWN]],
    ['a preflight', 405, ['OPTIONS / HTTP/1.1', ...OWN, 'Access-Control-Request-Method: GET']],
    ['TRACE', 405, ['TRACE / HTTP/1.1', ...OWN]],
    ['a body', 413, ['GET / HTTP/1.1', ...OWN, 'Content-Length: 5', '', 'hello']],
    ['a body in chunks', 413, ['GET / HTTP/1.1', ...OWN, 'Transfer-Encoding: chunked', '', '0', '']],
    ['the socket as a page', 426, ['GET /rpc HTTP/1.1', ...OWN]],

    ['an upgrade without a cookie', 401, ['GET /rpc HTTP/1.1', 'Host: <own>', 'Origin: http://<own>', ...UPGRADE]],
    ['an upgrade without an origin', 403, ['GET /rpc HTTP/1.1', ...OWN, ...UPGRADE]],
    ['an upgrade from elsewhere', 403, ['GET /rpc HTTP/1.1', ...OWN, 'Origin: https://evil.example', ...UPGRADE]],
    ['an upgrade from nowhere', 403, ['GET /rpc HTTP/1.1', ...OWN, 'Origin: null', ...UPGRADE]],
    [
      'an upgrade of a foreign host from itself',
      403,
      [
        'GET /rpc HTTP/1.1',
        'Host: evil.example:<port>',
        'Cookie: <cookie>',
        'Origin: http://evil.example:<port>',
        ...UPGRADE,
      ],
    ],
    [
      'a cross-site upgrade',
      403,
      ['GET /rpc HTTP/1.1', ...OWN, 'Origin: http://<own>', 'Sec-Fetch-Site: cross-site', ...UPGRADE],
    ],
    ['an upgrade somewhere else', 404, ['GET /other HTTP/1.1', ...OWN, 'Origin: http://<own>', ...UPGRADE]],
    ['an upgrade by POST', 405, ['POST /rpc HTTP/1.1', ...OWN, 'Origin: http://<own>', ...UPGRADE]],
    ['an upgrade with a climb', 400, ['GET /../rpc HTTP/1.1', ...OWN, 'Origin: http://<own>', ...UPGRADE]],
  ];
  it.each(cases)('%s: %i', async (_name, status, lines) => {
    expect((await send(lines)).status).toBe(status);
  });
});

it('says nothing of the program to who is not signed in', async () => {
  const { body } = await send(['GET /rpc-secret HTTP/1.1', 'Host: <own>']);
  expect(body).not.toContain('rpc-secret');
  expect(body).toContain('not signed in');
});

it.each(['GET / HTTP/1.1', 'GET /login?code=x HTTP/1.1', 'GET /../x HTTP/1.1', 'POST / HTTP/1.1'])(
  'sends the hardening headers, and no CORS header, with %s',
  async (line) => {
    const { headers } = await send([line, 'Host: <own>', 'Content-Length: 0']);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain(`default-src 'none'; script-src 'self'; style-src 'self'`);
    expect(policy).toContain(`frame-ancestors 'none'; base-uri 'none'; form-action 'self'`);
    expect(policy).not.toContain('unsafe');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  },
);

describe('login', () => {
  it('exchanges a code for a cookie that no script and no other site sees, and takes it out of the address', async () => {
    const answer = await fetch(host.loginAddress('/sources/a/keys?filter=x'), { redirect: 'manual' });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/sources/a/keys?filter=x');
    expect(answer.headers.get('set-cookie')).toMatch(
      new RegExp(`^cachewright-${host.port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`),
    );
  });

  it('takes a code once', async () => {
    const address = host.loginAddress();
    expect((await fetch(address, { redirect: 'manual' })).status).toBe(303);
    const again = await fetch(address, { redirect: 'manual' });
    expect(again.status).toBe(401);
    expect(again.headers.get('set-cookie')).toBeNull();
    expect(await again.text()).toContain('It worked once already');
  });

  it('takes who is signed in on to the window when the link is opened again', async () => {
    const address = host.loginAddress();
    const first = await fetch(address, { redirect: 'manual' });
    const session = first.headers.get('set-cookie')?.split(';')[0] ?? '';
    const again = await fetch(address, { redirect: 'manual', headers: { cookie: session } });
    expect([again.status, again.headers.get('location')]).toEqual([303, '/']);
  });

  it.each([
    ['HEAD', { method: 'HEAD' }],
    ['a prefetch', { headers: { 'sec-purpose': 'prefetch;prerender' } }],
    ['a cross-site request', { headers: { 'sec-fetch-site': 'cross-site' } }],
  ])('does not use a code up for %s', async (_name, init) => {
    const address = host.loginAddress();
    const ahead = await fetch(address, { redirect: 'manual', ...init });
    expect(ahead.status).toBeGreaterThanOrEqual(400);
    expect((await fetch(address, { redirect: 'manual' })).status).toBe(303);
  });

  it.each([
    '//evil.example/',
    'https://evil.example/',
    '/\\evil.example',
    'javascript:alert(1)',
    '/login?code=x',
    '/%2e%2e/x',
  ])('goes to the start page instead of %s', async (next) => {
    const answer = await fetch(host.loginAddress(next), { redirect: 'manual' });
    expect(answer.headers.get('location')).toBe('/');
  });

  it('refuses a code that is too old', async () => {
    const clock = movableClock();
    const other = await startStandIn({ clock });
    const address = other.loginAddress();
    clock.move(10 * 60_000);
    expect((await fetch(address, { redirect: 'manual' })).status).toBe(401);
    await other.close();
  });

  it('turns every try away for a minute after ten wrong ones', async () => {
    const clock = movableClock();
    const other = await startStandIn({ clock });
    const wrong = `http://127.0.0.1:${other.port}/login?code=wrong`;
    for (let n = 0; n < 10; n += 1) expect((await fetch(wrong)).status).toBe(401);
    const address = other.loginAddress();
    const early = await fetch(address, { redirect: 'manual' });
    expect([early.status, early.headers.get('retry-after')]).toEqual([429, '60']);
    clock.move(60_001);
    expect((await fetch(address, { redirect: 'manual' })).status).toBe(303);
    await other.close();
  });

  it('ends a session that has been idle for too long', async () => {
    const clock = movableClock();
    const other = await startStandIn({ clock, sessionIdleMs: 1000 });
    const session = await signIn(other);
    clock.move(999);
    expect((await send(['GET / HTTP/1.1', ...OWN], other, session)).status).toBe(200);
    clock.move(1000);
    expect((await send(['GET / HTTP/1.1', ...OWN], other, session)).status).toBe(401);
    await other.close();
  });

  it('does not take the session of another run on the same port', async () => {
    const first = await startStandIn();
    const session = await signIn(first);
    const { port } = first;
    await first.close();
    const second = await startStandIn({ port });
    expect((await send(['GET / HTTP/1.1', ...OWN], second, session)).status).toBe(401);
    await second.close();
  });
});

describe('the socket', () => {
  const open = (at: WebHost = host, session = cookie): Socket =>
    new Socket(`ws://127.0.0.1:${at.port}/rpc`, {
      headers: { cookie: session, origin: `http://127.0.0.1:${at.port}` },
    });
  const closeCode = (ws: Socket): Promise<number> => new Promise((resolve) => ws.once('close', resolve));

  it('carries the contract', async () => {
    const ws = open();
    const engine = createORPCClient<EngineClient>(new RPCLink({ websocket: ws as unknown as WebSocket }));
    expect((await engine.app.info()).host).toBe('web');
    ws.close();
    await closeCode(ws);
  });

  it('closes on a message that is too large', async () => {
    const ws = open();
    ws.once('open', () => ws.send(Buffer.alloc(4 * 1024 * 1024 + 1)));
    expect(await closeCode(ws)).toBe(1009);
  });

  it('ends with its session', async () => {
    const clock = movableClock();
    const other = await startStandIn({ clock, sessionIdleMs: 1000, pingIntervalMs: 20 });
    const ws = open(other, await signIn(other));
    await new Promise((resolve) => ws.once('ping', resolve));
    clock.move(1001);
    expect(await closeCode(ws)).toBe(4401);
    await other.close();
  });

  it('ends when the window does not answer any more', async () => {
    const other = await startStandIn({ pingIntervalMs: 20 });
    const session = await signIn(other);
    const silent = new Socket(`ws://127.0.0.1:${other.port}/rpc`, {
      autoPong: false,
      headers: { cookie: session, origin: `http://127.0.0.1:${other.port}` },
    });
    expect(await closeCode(silent)).toBe(1006);
    await other.close();
  });

  it('is refused beyond sixty-four', async () => {
    const other = await startStandIn();
    const session = await signIn(other);
    const all = Array.from({ length: 64 }, () => open(other, session));
    await Promise.all(all.map((ws) => new Promise((resolve) => ws.once('open', resolve))));
    const lines = ['GET /rpc HTTP/1.1', ...OWN, 'Origin: http://<own>', ...UPGRADE];
    expect((await send(lines, other, session)).status).toBe(503);
    await other.close();
  });

  it('survives messages that are no calls', async () => {
    const ws = open();
    ws.once('open', () => {
      for (const text of ['', '{', 'null', '[]', '{"i":1}', '\0\0\0']) ws.send(text);
      ws.close();
    });
    await closeCode(ws);
    expect((await send(['GET / HTTP/1.1', ...OWN])).status).toBe(200);
  });

  it('closes on a frame that is not masked', async () => {
    const text = fill(
      ['GET /rpc HTTP/1.1', ...OWN, 'Origin: http://<own>', ...UPGRADE, '', ''].join('\r\n'),
      host,
      cookie,
    );
    const { status, body } = await rawRequest(host.port, `${text}\x81\x01x`);
    // 101, then a close frame with 1002, protocol error.
    expect(status).toBe(101);
    expect(body.startsWith('\x88\x02\x03\xea')).toBe(true);
  });
});

it('gives up on a client that sends its headers a byte at a time', async () => {
  const other = await startStandIn({ headersTimeoutMs: 200 });
  const answer = await rawRequest(other.port, 'GET / HTTP/1.1\r\nHost: x');
  expect(answer.status).toBe(408);
  await other.close();
});

it('names the port that is taken', async () => {
  await expect(startStandIn({ port: host.port })).rejects.toMatchObject({
    code: 'CONFLICT',
    subject: `127.0.0.1:${host.port}`,
  });
});
