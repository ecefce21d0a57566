import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AfterPackContext, Arch } from 'electron-builder';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PROJECT_FOLDER } from '../src/main/hosts/places.ts';
import { afterPack } from './after-pack.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cachewright-after-pack-'));
  const binding = join(folder, 'resources/app.asar.unpacked/node_modules/@duckdb/node-bindings-linux-x64');
  await mkdir(binding, { recursive: true });
  await writeFile(join(binding, 'duckdb.node'), '');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What the packager says of a package that holds the binding for Linux on x64. */
const made = (electronPlatformName: string, arch: Arch): AfterPackContext =>
  ({
    appOutDir: folder,
    arch,
    electronPlatformName,
    packager: { getResourcesDir: (out: string) => join(out, 'resources') },
  }) as unknown as AfterPackContext;

it('accepts a package with the binding of its own system and processor', async () => {
  await expect(afterPack(made('linux', Arch.x64))).resolves.toBeUndefined();
});

it.each([
  ['another processor', 'linux', Arch.arm64, ['linux-arm64']],
  ['another system', 'win32', Arch.x64, ['win32-x64']],
  ['a Mac', 'darwin', Arch.arm64, ['darwin-arm64']],
  ['both processors of a Mac', 'darwin', Arch.universal, ['darwin-x64', 'darwin-arm64']],
])('refuses one for %s, with what to install', async (_name, platform, arch, missing) => {
  const names = missing.map((one) => `@duckdb/node-bindings-${one}@\\d+\\.\\S+`);
  await expect(afterPack(made(platform, arch))).rejects.toThrow(
    new RegExp(`npm install --no-save --force ${names.join(' ')}$`),
  );
});

it('is what the packager runs', async () => {
  const configuration = await readFile(join(PROJECT_FOLDER, 'electron-builder.yml'), 'utf8');
  expect(configuration).toMatch(/^afterPack: \.\/scripts\/after-pack\.ts$/m);
});
