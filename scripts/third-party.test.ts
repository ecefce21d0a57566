import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBundledPackages, thirdPartyText } from './third-party.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cachewright-terms-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function put(path: string, text: string): Promise<void> {
  await mkdir(join(folder, path, '..'), { recursive: true });
  await writeFile(join(folder, path), text);
}

async function putPackage(
  place: string,
  fields: object,
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  await put(
    join(place, 'package.json'),
    JSON.stringify({ version: '1.0.0', license: 'MIT', main: 'index.js', ...fields }),
  );
  for (const [name, text] of Object.entries(files)) await put(join(place, name), text);
  return join(folder, place);
}

describe('createBundledPackages', () => {
  it('collects the packages of code and of fonts that a bundle holds, and no others', async () => {
    await putPackage('node_modules/used', { name: 'used' }, { 'index.js': 'export const used = 1;' });
    await putPackage(
      'node_modules/used/node_modules/@inner/part',
      { name: '@inner/part' },
      { 'index.js': 'export const part = () => document.title;' },
    );
    await put('node_modules/used/index.js', `export { part } from '@inner/part';`);
    await putPackage('node_modules/unused', { name: 'unused' }, { 'index.js': 'export const unused = 3;' });
    await putPackage(
      'node_modules/font',
      { name: 'font' },
      { 'font.css': '@font-face{src:url(./f.woff2)}', 'f.woff2': 'bytes' },
    );
    await put(
      'main.js',
      `import 'font/font.css'; import { part } from 'used'; import { unused } from 'unused'; console.log(part());`,
    );
    const packages = createBundledPackages();
    await build({
      configFile: false,
      root: folder,
      logLevel: 'error',
      plugins: [packages.plugin()],
      build: { assetsInlineLimit: 0, rolldownOptions: { input: join(folder, 'main.js') } },
    });
    expect([...packages.folders].map((one) => one.slice(folder.length + 1)).sort()).toEqual([
      'node_modules/font',
      'node_modules/used/node_modules/@inner/part',
    ]);
  });
});

describe('thirdPartyText', () => {
  it('gives the terms of each package once, by name', async () => {
    const text = await thirdPartyText([
      await putPackage('b', { name: 'b' }, { 'LICENSE.md': 'Terms of b\r\n', NOTICE: 'Notice of b' }),
      await putPackage('a', { name: 'a', license: 'ISC', repository: { url: 'https://a.example' } }),
      await putPackage('again/b', { name: 'b' }, { LICENSE: 'Terms of b' }),
    ]);
    expect(text.indexOf('a 1.0.0 (ISC)')).toBeLessThan(text.indexOf('b 1.0.0 (MIT)'));
    expect(text.split('b 1.0.0 (MIT)')).toHaveLength(2);
    expect(text).toContain('Terms of b');
    expect(text).not.toContain('\r');
    expect(text).toContain('without a text of its licence. See https://a.example');
  });

  it('gives a notice beside the licence', async () => {
    const text = await thirdPartyText([
      await putPackage('c', { name: 'c' }, { LICENSE: 'Terms of c', NOTICE: 'Notice of c' }),
    ]);
    expect(text).toContain('Terms of c\n\nNotice of c');
  });

  it('refuses a package that names no licence', async () => {
    await expect(thirdPartyText([await putPackage('d', { name: 'd', license: undefined })])).rejects.toThrow(
      'names no licence',
    );
  });
});
