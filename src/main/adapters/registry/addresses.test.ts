import { createServer } from 'node:http';
import { type AddressInfo, isIPv6, type LookupFunction } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { afterEach, expect, test, vi } from 'vitest';
import { isLoopbackHost, isNearAddress } from './addresses.ts';
import { createRegistryClient } from './client.ts';
import type { TransportOptions } from './transport.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const own = Object.values(networkInterfaces()).flatMap((faces) => faces?.map((face) => face.address) ?? []);

test.each([
  ['127.0.0.1', '127.255.255.254', '0.0.0.0', '169.254.0.1', '169.254.169.254', '100.100.100.200', '168.63.129.16'],
  ['::1', '::', '::127.0.0.1', '::ffff:127.0.0.1', '::ffff:a9fe:a9fe', 'fe80::1', 'febf::1', 'fd00:ec2::254'],
  ['64:ff9b::127.0.0.1', '64:ff9b::a9fe:a9fe', '64:ff9b::0.0.0.0', 'fd20:ce::254'],
  own,
])('addresses of this machine and its link: %s …', (...addresses) => {
  expect(addresses.filter((address) => !isNearAddress(address))).toEqual([]);
});

test('addresses elsewhere, a private network too, are not of this machine', () => {
  const far = [
    '8.8.8.8',
    '10.200.30.4',
    '192.168.77.77',
    '1.2.3.127',
    '2001:db8::1',
    'fec0::1',
    '::ffff:8.8.8.8',
    'localhost',
  ];
  expect(far.filter((address) => !own.includes(address) && isNearAddress(address))).toEqual([]);
});

test('the written form of an address of this machine', () => {
  expect(
    ['localhost', 'localhost:5000', '127.0.0.1:1', '127.9.9.9', '[::1]:5000', '[::1]'].filter(isLoopbackHost),
  ).toHaveLength(6);
  const other = [
    'localhost.example.com',
    '127.0.0.1.example.com',
    '1127.0.0.1',
    '128.0.0.1',
    '[::2]',
    'xlocalhost',
    '',
  ];
  expect(other.filter(isLoopbackHost)).toEqual([]);
});

/** Where a registry elsewhere leads: what comes of following it, and which connections were tried. */
async function led(location: string, options: TransportOptions = {}, host = 'registry.example.com') {
  const real = globalThis.fetch;
  const asked: string[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (url, init) => {
    asked.push(String(url));
    if (asked.length > 1) return real(url, init);
    return new Response(null, { status: 307, headers: { location } });
  });
  const client = createRegistryClient(host, async () => undefined, options);
  const sent = client.send({ method: 'GET', scope: '', subject: 'app', target: 'app/manifests/cache' });
  const error = await sent.then(
    (response) => response.status,
    (thrown: { code: string; subject: string; message: string }) => thrown,
  );
  return { error, asked: asked.slice(1) };
}

test.each([
  'https://127.0.0.1:2376/containers/json',
  'https://2130706433/',
  'https://0x7f000001/',
  'https://0x7f.1/',
  'https://0177.0.0.1/',
  'https://127.1/',
  'https://0.0.0.0/',
  'https://0/',
  'https://[::1]/',
  'https://[::]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[::ffff:7f00:1]/',
  'https://[0:0:0:0:0:0:0:1]/',
  'https://[fe80::1]/',
  'https://169.254.169.254/latest/meta-data/',
  'https://[fd00:ec2::254]/',
  ...own.map((address) => (isIPv6(address) ? `https://[${address}]/` : `https://${address}/`)),
])('a registry elsewhere leads nobody to %s', async (location) => {
  const { error, asked } = await led(location);
  expect(error).toMatchObject({
    code: 'ACCESS_DENIED',
    message: expect.stringContaining('an address of this machine'),
  });
  expect(asked).toEqual([]);
});

const answering =
  (...addresses: string[]): LookupFunction =>
  (_host, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 })),
    );

test('names of this machine are refused when they resolve, and nothing connects', async () => {
  let connections = 0;
  const server = createServer().on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  const lookups: [string, LookupFunction | undefined][] = [
    ['localhost', undefined],
    [hostname(), undefined],
    ['rebinding.example.com', answering('127.0.0.1')],
    ['rebinding.example.com', answering('::ffff:127.0.0.1')],
    ['mixed.example.com', answering('192.0.2.1', '::1')],
    ['metadata.example.com', answering('169.254.169.254')],
  ];
  try {
    for (const [name, lookup] of lookups) {
      const { error } = await led(`https://${name}:${port}/x`, lookup ? { lookup } : {});
      expect(error, name).toMatchObject({ code: 'ACCESS_DENIED', subject: name.toLowerCase() });
      vi.restoreAllMocks();
    }
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
  expect(connections).toBe(0);
});

test('a token server on this machine is refused to a registry elsewhere', async () => {
  for (const realm of ['https://127.0.0.1/token', 'https://localhost/token', 'https://[::ffff:a9fe:a9fe]/token']) {
    const real = globalThis.fetch;
    let asked = 0;
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (url, init) => {
      asked += 1;
      if (asked > 1) return real(url, init);
      return new Response(null, { status: 401, headers: { 'www-authenticate': `Bearer realm="${realm}"` } });
    });
    const client = createRegistryClient('registry.example.com', async () => ({ username: 'ada', password: 'secret' }));
    const sent = client.send({ method: 'GET', scope: '', subject: 'app', target: 'app/manifests/cache' });
    await expect(sent, realm).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      message: expect.stringContaining('an address of this machine'),
    });
    vi.restoreAllMocks();
  }
});

test('a registry that the user named on this machine may lead to itself and beside itself', async () => {
  const storage = createServer((_request, response) => response.end('bytes'));
  await new Promise<void>((resolve) => storage.listen(0, '127.0.0.1', resolve));
  const to = (storage.address() as AddressInfo).port;
  const server = createServer((request, response) => {
    const location = { '/v2/app/a': '/v2/app/b', '/v2/app/b': `http://localhost:${to}/c` }[request.url ?? ''];
    response.writeHead(location ? 307 : 404, { ...(location ? { location } : {}) }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const client = createRegistryClient(`127.0.0.1:${(server.address() as AddressInfo).port}`, async () => undefined);
    const response = await client.send({ method: 'GET', scope: '', subject: 'app', target: 'app/a' });
    expect(await response.text()).toBe('bytes');
    const metadata = { method: 'GET', scope: '', subject: 'app', target: 'https://169.254.169.254/' } as const;
    await expect(client.send(metadata)).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  } finally {
    for (const one of [server, storage]) {
      one.closeAllConnections();
      await new Promise((resolve) => one.close(resolve));
    }
  }
});
