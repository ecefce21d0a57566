import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { extractAll, getRawHeader, listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { APP_ID } from '../src/main/hosts/electron/addresses.ts';
import { PROJECT_FOLDER } from '../src/main/hosts/places.ts';
import { isOlderThanSources } from './freshness.ts';
import { layElectron } from './testing/electron-stand-in.ts';
import type { HandedOver } from './testing/package-stand-in.ts';

// The packager itself over a stand-in for Electron's files: everything but Electron, fpm and mksquashfs, which are fetched.

const run = promisify(execFile);
const BINDING = 'node_modules/@duckdb/node-bindings-linux-x64';
let folder: string;
let resources: string;
let handedOver: HandedOver;

describe.skipIf(process.platform !== 'linux' || process.arch !== 'x64')('a package', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cachewright-package-'));
    const sources = ['src', 'scripts', 'package-lock.json'].map((path) => join(PROJECT_FOLDER, path));
    if (await isOlderThanSources(join(PROJECT_FOLDER, 'dist/THIRD_PARTY.txt'), sources)) {
      await run(process.execPath, [join(PROJECT_FOLDER, 'scripts/build.ts')], { cwd: PROJECT_FOLDER });
    }
    await layElectron(join(folder, 'electron'));
    const script = join(PROJECT_FOLDER, 'scripts/testing/package-stand-in.ts');
    const { stdout } = await run(process.execPath, [script, join(folder, 'out'), join(folder, 'electron')], {
      cwd: PROJECT_FOLDER,
    });
    handedOver = JSON.parse(stdout) as HandedOver;
    resources = join(folder, 'out/linux-unpacked/resources');
  }, 180_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('holds the bundles, the sample and the native parts, and no sources, tests or other packages', () => {
    const files = listPackage(join(resources, 'app.asar'), { isPack: false }).map((path) => path.slice(1));
    expect(files).toEqual(
      expect.arrayContaining([
        'package.json',
        'dist/electron/main.js',
        'dist/electron/preload.cjs',
        'dist/electron/engine.js',
        'dist/renderer/index.html',
        'fixtures/sample/index.json',
        `${BINDING}/duckdb.node`,
        `${BINDING}/libduckdb.so`,
      ]),
    );
    const kinds = new Set(files.map((path) => /^(node_modules\/@duckdb\/[^/]+|[^/]+\/[^/]+|[^/]+)/.exec(path)?.[0]));
    expect([...kinds].sort()).toEqual([
      'dist',
      'dist/electron',
      'dist/renderer',
      'fixtures',
      'fixtures/sample',
      'node_modules',
      'node_modules/@duckdb',
      'node_modules/@duckdb/node-api',
      'node_modules/@duckdb/node-bindings',
      BINDING,
      'package.json',
    ]);
    expect(files.filter((path) => /\.tsx?$|\.map$|test/.test(path))).toEqual([]);
  });

  it('has outside the archive what is loaded as a library or opened as a folder, and nothing else', async () => {
    const unpacked = await readdir(join(resources, 'app.asar.unpacked'), { recursive: true, withFileTypes: true });
    const files = unpacked.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const own = files.filter((path) => !path.includes('/fixtures/sample/'));
    expect(own.map((path) => path.slice(join(resources, 'app.asar.unpacked/').length)).sort()).toEqual(
      ['LICENSE', 'duckdb.node', 'libduckdb.so', 'package.json'].map((name) => `${BINDING}/${name}`),
    );
    expect(files.length - own.length).toBeGreaterThan(5);
  });

  it('has every fuse that is named in the configuration set in the program', async () => {
    const wire = await getCurrentFuseWire(join(resources, '../cachewright'));
    const on = (fuse: FuseV1Options): boolean => Number(wire[fuse]) === '1'.charCodeAt(0);
    expect({
      runAsNode: on(FuseV1Options.RunAsNode),
      cookies: on(FuseV1Options.EnableCookieEncryption),
      nodeOptions: on(FuseV1Options.EnableNodeOptionsEnvironmentVariable),
      inspect: on(FuseV1Options.EnableNodeCliInspectArguments),
      integrity: on(FuseV1Options.EnableEmbeddedAsarIntegrityValidation),
      onlyArchive: on(FuseV1Options.OnlyLoadAppFromAsar),
      filePrivileges: on(FuseV1Options.GrantFileProtocolExtraPrivileges),
    }).toEqual({
      runAsNode: false,
      cookies: true,
      nodeOptions: false,
      inspect: false,
      integrity: true,
      onlyArchive: true,
      filePrivileges: false,
    });
    expect((await stat(join(resources, '../cachewright'))).mode & 0o111).toBe(0o111);
  });

  it('has hashes in its archive for Electron to compare with', () => {
    const { header } = getRawHeader(join(resources, 'app.asar'));
    const main = header.files as unknown as { dist: { files: { electron: { files: { 'main.js': object } } } } };
    expect(main.dist.files.electron.files['main.js']).toMatchObject({ integrity: { algorithm: 'SHA256' } });
  });

  it('has our licence and those of all others in it', async () => {
    expect(await readFile(join(resources, 'LICENSE'), 'utf8')).toContain('Apache License');
    const terms = await readFile(join(resources, 'THIRD_PARTY.txt'), 'utf8');
    const titles = [...terms.matchAll(/^-{80}\n(\S+) \S+ \((.+)\)$/gm)].map(([, name, licence]) => [name, licence]);
    const names = titles.map(([name]) => name);
    expect(names).toEqual(
      expect.arrayContaining(['react', '@orpc/server', 'zod', '@duckdb/node-bindings', '@fontsource-variable/inter']),
    );
    // What builds the program is not in it.
    expect(names.filter((name) => /^(vite|electron|typescript|vitest|@resvg\/.*)$/.test(name ?? ''))).toEqual([]);
    const known = [
      '0BSD',
      'Apache-2.0',
      'BSD-2-Clause',
      'BSD-3-Clause',
      'BlueOak-1.0.0',
      'ISC',
      'MIT',
      'OFL-1.1',
      'Unlicense',
    ];
    expect(titles.filter(([, licence]) => !known.includes(licence ?? ''))).toEqual([]);
    expect(await readdir(join(resources, '..'))).toEqual(
      expect.arrayContaining(['LICENSE.electron.txt', 'LICENSES.chromium.html']),
    );
  });

  it('is a Debian package with a maintainer who has an address, a page, a section and our icon in every size', () => {
    const after = (option: string): string | undefined => handedOver.deb[handedOver.deb.indexOf(option) + 1];
    expect(after('--maintainer')).toMatch(/^.+ <\S+@\S+>$/);
    expect(after('--url')).toMatch(/^https:/);
    expect(after('--category')).toBe('devel');
    expect(after('--license')).toBe('Apache-2.0');
    expect(after('--architecture')).toBe('amd64');
    // The first line is what lists show.
    expect(after('--description')).toMatch(/^\S.{10,60}\n \S/);
    const placed = handedOver.deb
      .filter((arg) => /^[^-].*=\//.test(arg))
      .map((arg) => arg.split('=') as [string, string]);
    expect(
      placed.filter(([from]) => from.endsWith('.png')).map(([from, to]) => [from.slice(PROJECT_FOLDER.length), to]),
    ).toEqual(
      [16, 24, 32, 48, 64, 128, 256, 512].map((size) => [
        `/dist/icons/${size}x${size}.png`,
        `/usr/share/icons/hicolor/${size}x${size}/apps/cachewright.png`,
      ]),
    );
    const targets = placed.map(([, to]) => to);
    expect(targets).toContain('/opt/Cachewright');
    expect(targets).toContain('/usr/share/doc/cachewright/copyright');
    expect(targets).toContain('/usr/share/mime/packages/cachewright.xml');
  });

  it('goes by one id: the desktop entry, its window class, the package of every system', async () => {
    const { desktopName } = JSON.parse(await readFile(join(PROJECT_FOLDER, 'package.json'), 'utf8'));
    const configuration = await readFile(join(PROJECT_FOLDER, 'electron-builder.yml'), 'utf8');
    const id = /^appId: (.+)$/m.exec(configuration)?.[1];
    expect(id).toBe(APP_ID);
    expect(desktopName).toBe(`${id}.desktop`);
    expect(handedOver.appImage.desktopFileName).toBe(`${id}.desktop`);
    expect(handedOver.appImage.desktop).toContain(`\nStartupWMClass=${id}\n`);
    expect(handedOver.deb).toContainEqual(expect.stringMatching(`=/usr/share/applications/${id}.desktop$`));
  });

  it('opens links and build records, and lets the AppImage decide about its sandbox when it starts', () => {
    const entry = new Map(
      handedOver.appImage.desktop.split('\n').map((line) => line.split(/=(.*)/, 2) as [string, string]),
    );
    expect(entry.get('MimeType')).toBe('application/vnd.docker.dockerbuild;x-scheme-handler/cachewright;');
    expect(entry.get('Exec')).toBe('AppRun %U');
    expect(entry.get('Categories')).toBe('Development;');
  });

  it('opens the sample with the engine in it, as the program would', async () => {
    // Electron reads through the archive and beside it; Node needs both as folders. The sample stays beside it alone.
    const laid = join(folder, 'laid');
    await mkdir(laid);
    extractAll(join(resources, 'app.asar'), join(laid, 'app.asar'));
    await rm(join(laid, 'app.asar/fixtures'), { recursive: true });
    await rm(join(laid, 'app.asar', BINDING), { recursive: true });
    await cp(join(resources, 'app.asar.unpacked'), join(laid, 'app.asar.unpacked'), { recursive: true });
    await symlink(join(laid, 'app.asar.unpacked', BINDING), join(laid, 'app.asar', BINDING));
    const engine = join(laid, 'app.asar/dist/electron/engine.js');
    const { stdout, stderr } = await run(
      process.execPath,
      [join(PROJECT_FOLDER, 'scripts/testing/drive-engine.ts'), engine],
      {
        env: {
          ...process.env,
          CACHEWRIGHT_STATE_DIR: join(folder, 'state'),
          CACHEWRIGHT_CACHE_DIR: join(folder, 'cache'),
        },
      },
    );
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ host: 'electron', state: 'ready', damaged: 0 });
    // Held by what was packaged and not by what lies around: without the binding it does not open.
    await rename(join(laid, 'app.asar.unpacked', BINDING), join(folder, 'binding'));
    await expect(
      run(process.execPath, [join(PROJECT_FOLDER, 'scripts/testing/drive-engine.ts'), engine]),
    ).rejects.toThrow(/duckdb/i);
  });
});
