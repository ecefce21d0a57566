import { describe, expect, test } from 'vitest';
import { type AccessRules, isLoopback, type RequestFacts, refusal, requireSafeAddress, tokenOf } from './guard.ts';

const TOKEN = 'a-token-of-more-than-16';
const open: AccessRules = { token: undefined, hasClientCa: false };
const byToken: AccessRules = { token: TOKEN, hasClientCa: false };
const byCertificate: AccessRules = { token: undefined, hasClientCa: true };
const both: AccessRules = { token: TOKEN, hasClientCa: true };
const facts: RequestFacts = {
  path: '/records',
  hosts: ['127.0.0.1:8099'],
  origin: undefined,
  authorization: undefined,
  isCertified: false,
};
const bearer = `Bearer ${TOKEN}`;

describe('the guard of a cache service', () => {
  test.each(['localhost', '127.0.0.1', '127.8.9.10', '::1'])('takes %s for this machine', (host) => {
    expect(isLoopback(host)).toBe(true);
    expect(() => requireSafeAddress(host, open)).not.toThrow();
  });

  test.each([
    '0.0.0.0',
    '::',
    '10.0.0.1',
    'example.org',
    '127.0.0.1.example.org',
    '1127.0.0.1',
    '127.0.0.1234',
    'localhost.example',
    '',
    'x::1',
    '::1x',
    'xlocalhost',
  ])('serves nobody at %s without token or certificate', (host) => {
    expect(isLoopback(host)).toBe(false);
    expect(() => requireSafeAddress(host, open)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', subject: '--host' }),
    );
    for (const rules of [byToken, byCertificate, both]) expect(() => requireSafeAddress(host, rules)).not.toThrow();
  });

  test.each<[string, AccessRules, Partial<RequestFacts>]>([
    ['on this machine', open, {}],
    ['by name', open, { hosts: ['LocalHost:8099'] }],
    ['by the address of version 6', open, { hosts: ['[::1]:8099'] }],
    ['with the token', byToken, { authorization: bearer }],
    [
      'with the token, in other case and under any name',
      byToken,
      { authorization: `bearer  ${TOKEN} `, hosts: ['cache.example'] },
    ],
    ['with a certificate', byCertificate, { isCertified: true, hosts: ['cache.example'] }],
    ['with both', both, { isCertified: true, authorization: bearer }],
    ['for its health', byToken, { path: '/healthz' }],
  ])('lets in %s', (_, rules, more) => {
    expect(refusal({ ...facts, ...more }, rules)).toBeUndefined();
  });

  test.each<[string, AccessRules, Partial<RequestFacts>]>([
    ['without the token', byToken, {}],
    ['with another token', byToken, { authorization: `Bearer ${TOKEN.slice(0, -1)}x` }],
    ['with the start of the token', byToken, { authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
    ['with more than the token', byToken, { authorization: `${bearer}x` }],
    ['with two tokens', byToken, { authorization: `Bearer x ${TOKEN}` }],
    ['with an empty token', byToken, { authorization: 'Bearer ' }],
    ['with the token in another scheme', byToken, { authorization: `Basic ${TOKEN}` }],
    ['with a word before the scheme', byToken, { authorization: `x ${bearer}` }],
    ['for a path like that of its health', byToken, { path: '/healthz/' }],
    ['for metrics', byToken, { path: '/metrics' }],
    ['with a token from a page', byToken, { authorization: bearer, origin: 'http://127.0.0.1:8099' }],
    ['with a certificate in place of the token', both, { isCertified: true }],
    ['with a token in place of the certificate', both, { authorization: bearer }],
    ['without the certificate', byCertificate, {}],
    ['without the certificate, for its health', both, { path: '/healthz' }],
    ['from a page', open, { origin: 'http://example.org' }],
    ['from a page of nowhere', open, { origin: 'null' }],
    ['under a foreign name', open, { hosts: ['example.org'] }],
    ['under a foreign name with a port', open, { hosts: ['example.org:8099'] }],
    ['under a name that begins as ours', open, { hosts: ['127.0.0.1.example.org:8099'] }],
    ['without a name', open, { hosts: [] }],
    ['under two names', open, { hosts: ['127.0.0.1', 'example.org'] }],
  ])('turns away %s', (_, rules, more) => {
    const refused = refusal({ ...facts, ...more }, rules);
    expect(refused).toMatchObject({ code: 'ACCESS_DENIED', subject: 'request', hint: expect.any(String) });
    expect(JSON.stringify(refused)).not.toContain(TOKEN.slice(0, -1));
  });

  test('takes tokens that cannot be guessed', () => {
    expect(tokenOf(`${TOKEN}\n`)).toBe(TOKEN);
    expect(tokenOf('x'.repeat(16))).toBe('x'.repeat(16));
    for (const text of [
      '',
      '\n',
      'x'.repeat(15),
      'two words of many letters',
      'a line of many\nand another',
      'ü'.repeat(20),
    ]) {
      expect(() => tokenOf(text)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', subject: '--token-file' }));
    }
  });
});
