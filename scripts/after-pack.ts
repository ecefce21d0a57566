// Run by the packager when a package's files lie in their folder: refuses one that could not open a cache.
import { access, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type AfterPackContext, Arch } from 'electron-builder';

/**
 * Checks that the package holds DuckDB's binding for the system and processor that it is made for.
 * @throws an error that names the packages to install
 */
export async function afterPack(context: AfterPackContext): Promise<void> {
  const { appOutDir, arch, electronPlatformName, packager } = context;
  const modules = join(packager.getResourcesDir(appOutDir), 'app.asar.unpacked/node_modules');
  const archs = arch === Arch.universal ? [Arch.x64, Arch.arm64] : [arch];
  const wanted = archs.map((one) => `@duckdb/node-bindings-${electronPlatformName}-${Arch[one]}`);
  const missing: string[] = [];
  for (const name of wanted) {
    await access(join(modules, name, 'duckdb.node')).catch(() => missing.push(name));
  }
  if (missing.length === 0) return;
  const version = await bindingVersion();
  throw new Error(
    `The package would not open a cache: ${missing.join(' and ')} is not installed here. ` +
      // npm takes a package of another system by force only.
      `Install it, then package again: npm install --no-save --force ${missing.map((name) => `${name}@${version}`).join(' ')}`,
  );
}

async function bindingVersion(): Promise<string> {
  const manifest = createRequire(import.meta.url).resolve('@duckdb/node-bindings/package.json');
  return (JSON.parse(await readFile(manifest, 'utf8')) as { version: string }).version;
}
