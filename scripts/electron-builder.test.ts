import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { APP_ID, LINK_SCHEME } from '../src/main/hosts/electron/addresses.ts';

const require = createRequire(import.meta.url);
/** Sees what the packager sees. */
const packager = createRequire(require.resolve('electron-builder/package.json'));
const root = new URL('..', import.meta.url);

interface Packaging {
  readonly appId: string;
  readonly files: readonly string[];
  readonly asarUnpack: readonly string[];
  readonly electronFuses: Readonly<Record<string, boolean>>;
  readonly protocols: readonly { readonly schemes: readonly string[] }[];
  readonly fileAssociations: readonly { readonly ext: string; readonly rank: string }[];
  readonly linux: { readonly icon: string; readonly target: readonly string[]; readonly syncDesktopName?: boolean };
  readonly mac: { readonly icon: string; readonly target: string };
  readonly win: { readonly icon: string; readonly target: string };
  readonly nsis: { readonly include: string };
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

  it('gives every system our icon, links and build records, and macOS a signature where there is no certificate', async () => {
    const { linux, mac, win, protocols, fileAssociations, electronFuses, nsis } = await readPackaging();
    expect([linux.icon, mac.icon, win.icon]).toEqual(['dist/icons', 'dist/icons/icon.icns', 'dist/icons/icon.ico']);
    expect(protocols.flatMap(({ schemes }) => schemes)).toEqual([LINK_SCHEME]);
    expect(fileAssociations.map(({ ext, rank }) => [ext, rank])).toEqual([['dockerbuild', 'Alternate']]);
    expect(electronFuses.resetAdHocDarwinSignature).toBe(true);
    // The packager fills in the schemes of Linux and macOS; Windows has them from the installer's own lines.
    const installer = await readFile(new URL(nsis.include, root), 'utf8');
    expect(installer).toContain(`"Software\\Classes\\${LINK_SCHEME}\\shell\\open\\command"`);
    expect(installer).toContain(`DeleteRegKey SHELL_CONTEXT "Software\\Classes\\${LINK_SCHEME}"`);
  });

  it('gives the program one identity, by which each system finds its windows', async () => {
    const manifest = JSON.parse(await readFile(new URL('package.json', root), 'utf8')) as { desktopName?: string };
    const { appId, linux } = await readPackaging();
    expect([appId, manifest.desktopName, linux.syncDesktopName]).toEqual([APP_ID, `${APP_ID}.desktop`, true]);
  });

  it('takes what the program starts from', async () => {
    const { main } = JSON.parse(await readFile(new URL('package.json', root), 'utf8')) as { main?: string };
    expect(main).toBe('dist/electron/main.js');
    expect((await readPackaging()).files).toContain('dist/electron/**');
  });
});
