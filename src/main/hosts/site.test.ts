import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadSite, type Site } from './site.ts';

let folder: string;
let site: Site;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cachewright-site-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><html><head><title>x</title></head></html>');
  await writeFile(join(folder, 'assets/main-1a2b.js'), 'export {}');
  await writeFile(join(folder, 'assets/inter.woff2'), 'font');
  await writeFile(join(folder, 'icon.svg'), '<svg/>');
  site = await loadSite(folder);
});
afterAll(() => rm(folder, { recursive: true }));

it.each([
  ['/assets/main-1a2b.js', 'text/javascript; charset=utf-8', 'private, max-age=31536000, immutable'],
  ['/assets/inter.woff2', 'font/woff2', 'private, max-age=31536000, immutable'],
  ['/icon.svg', 'image/svg+xml', 'no-cache'],
])('serves %s as %s, %s', (path, type, cache) => {
  const { status, headers } = site.answer(path);
  expect([status, headers['content-type'], headers['cache-control']]).toEqual([200, type, cache]);
});

it.each(['/', '/index.html', '/sources/abc/keys', '/jobs'])('serves the page for %s', (path) => {
  const { status, headers, body } = site.answer(path);
  expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
  expect(Buffer.from(body).toString()).toContain('<title>x</title>');
});

it('gives each page a nonce of its own, for style elements only', () => {
  const nonces = [site.answer('/'), site.answer('/')].map(({ headers, body }) => {
    const nonce = /<meta property="csp-nonce" nonce="([^"]+)">/.exec(Buffer.from(body).toString())?.[1];
    expect(headers['content-security-policy']).toContain(`style-src 'self' 'nonce-${nonce}';`);
    expect(headers['content-security-policy']).toContain(`script-src 'self';`);
    return nonce;
  });
  expect(nonces[0]).not.toBe(nonces[1]);
});

it.each(['/assets/gone.js', '/assets/', '/robots.txt', '/main.js', '/assets/../index.html', '/../site.test.ts'])(
  'never serves a file of the system for %s',
  (path) => {
    const { status, body } = site.answer(path);
    expect(Buffer.from(body).toString()).not.toContain('vitest');
    expect([200, 404]).toContain(status);
  },
);

it('says what to do where the window has not been built', async () => {
  await expect(loadSite(join(folder, 'nothing'))).rejects.toMatchObject({
    code: 'NOT_FOUND',
    hint: expect.stringContaining('npm run build'),
  });
});
