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
