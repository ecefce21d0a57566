import { expect, test } from 'vitest';
import { allowedHosts, type RequestFacts, refusal, safeNext } from './request-guard.ts';

const FACTS: RequestFacts = {
  method: 'GET',
  target: '/',
  hosts: ['127.0.0.1'],
  origin: undefined,
  fetchSite: undefined,
  hasBody: false,
  upgrade: false,
};

test.each([
  [80, '127.0.0.1', undefined],
  [80, 'localhost', undefined],
  [80, '[::1]:80', undefined],
  [80, 'localhost:8080', 403],
  [81, 'localhost:81', undefined],
  // Without a number, a browser means port 80: another program.
  [81, 'localhost', 403],
  [8080, '127.0.0.1:80', 403],
])('on port %i, the host %s: %s', (port, host, status) => {
  expect(refusal({ ...FACTS, hosts: [host] }, port)?.status).toBe(status);
  expect(allowedHosts(port).includes(host)).toBe(status === undefined);
});

test('a request without a method or a target is turned away', () => {
  expect(refusal({ ...FACTS, target: undefined }, 80)?.status).toBe(400);
  expect(refusal({ ...FACTS, method: undefined }, 80)?.status).toBe(405);
});

test.each([undefined, null, '', 'sources'])('login goes on to the start page without a path: %s', (next) => {
  expect(safeNext(next)).toBe('/');
});

const OWN = { ...FACTS, hosts: ['localhost:8080'] };
const SELF = 'http://localhost:8080';

test.each<[string, Partial<RequestFacts>, number | undefined]>([
  ['the page', {}, undefined],
  ['upper case of an own name', { hosts: ['LOCALHOST:8080'], origin: SELF }, undefined],
  ['no host', { hosts: [] }, 403],
  ['two hosts', { hosts: ['localhost:8080', 'localhost:8080'] }, 403],
  ['its own origin', { origin: SELF }, undefined],
  ['another origin', { origin: 'http://evil.example' }, 403],
  ['its own origin over TLS', { origin: 'https://localhost:8080' }, 403],
  ['asked for by itself', { fetchSite: 'same-origin' }, undefined],
  ['typed into the address bar', { fetchSite: 'none' }, undefined],
  ['asked for by another site', { fetchSite: 'cross-site' }, 403],
  ['asked for by a page of another port', { fetchSite: 'same-site' }, 403],
  ['HEAD', { method: 'HEAD' }, undefined],
  ['POST', { method: 'POST' }, 405],
  ['a body', { hasBody: true }, 413],
  ['an upgrade by itself', { upgrade: true, origin: SELF }, undefined],
  ['an upgrade without an origin', { upgrade: true }, 403],
  ['an upgrade from elsewhere', { upgrade: true, origin: 'http://evil.example' }, 403],
  ['an upgrade by HEAD', { upgrade: true, origin: SELF, method: 'HEAD' }, 405],
  ['a path that climbs', { target: '/../x' }, 400],
  ['a very long path', { target: `/${'a'.repeat(9000)}` }, 414],
])('%s', (_, facts, status) => {
  expect(refusal({ ...OWN, ...facts }, 8080)?.status).toBe(status);
});

test.each([
  ['/sources/a/keys?filter=x', '/sources/a/keys?filter=x'],
  ['/login', '/'],
  ['/login?code=x', '/'],
  ['//evil.example/', '/'],
])('login goes on from %s to %s', (next, place) => expect(safeNext(next)).toBe(place));
