import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';

const require = createRequire(import.meta.url);
/** Sees what the packager sees. */
const packager = createRequire(require.resolve('electron-builder/package.json'));
const root = new URL('..', import.meta.url);

interface Packaging {
  readonly files: readonly string[];
  readonly asarUnpack: readonly string[];
  readonly electronFuses: Readonly<Record<string, boolean>>;
  readonly linux: { readonly target: readonly string[] };
  readonly mac: { readonly target: string };
  readonly win: { readonly target: string };
}

async function readPackaging(): Promise<Packaging> {
  // The reader that the packager itself uses.
  const { load } = require('js-yaml') as { load(text: string): Packaging };
  return load(await readFile(new URL('electron-builder.yml', root), 'utf8'));
}

describe('electron-builder.yml', () => {
  it('is valid for the version that is installed', async () => {
    const schema = JSON.parse(await readFile(packager.resolve('app-builder-lib/scheme.json'), 'utf8'));
    const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);
    validate(await readPackaging());
    expect(validate.errors ?? []).toEqual([]);
    validate({ ...(await readPackaging()), noSuchOption: true });
    expect(validate.errors).not.toBeNull();
  });

  it('builds for every system that is promised', async () => {
    const { linux, mac, win } = await readPackaging();
    expect([linux.target, mac.target, win.target]).toEqual([['AppImage', 'deb'], 'dmg', 'nsis']);
  });

  it('closes every way to run other code in the program', async () => {
    expect((await readPackaging()).electronFuses).toEqual({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableCookieEncryption: true,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      grantFileProtocolExtraPrivileges: false,
    });
  });

  it('takes what the program starts from', async () => {
    const { main } = JSON.parse(await readFile(new URL('package.json', root), 'utf8')) as { main?: string };
    expect(main).toBe('dist/electron/main.js');
    expect((await readPackaging()).files).toContain('dist/electron/**');
  });
});
