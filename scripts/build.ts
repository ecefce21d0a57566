// Builds everything that is not run as it is: the window's files, the desktop program around them, what a package adds.
//   dist/renderer/                              served by the web host and by app://
//   dist/electron/{main.js,preload.cjs,engine.js}  and the engine's worker files
//   dist/icons/                                 of the program, for each system
//   dist/THIRD_PARTY.txt                        the licences of what the bundles hold
import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type InlineConfig, type LogLevel, type Plugin } from 'vite';
import { buildIcons } from './icons.ts';
import { type BundledPackages, createBundledPackages, thirdPartyText } from './third-party.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Builds the window. */
export async function buildRenderer(logLevel: LogLevel, packages = createBundledPackages()): Promise<void> {
  await build({ configFile: `${ROOT}/vite.config.ts`, logLevel, plugins: [packages.plugin()] });
}

/** Builds the desktop program. `outDir` differs in tests only. */
export async function buildElectron(
  logLevel: LogLevel,
  outDir = `${ROOT}/dist/electron`,
  packages = createBundledPackages(),
): Promise<void> {
  const host = `${ROOT}/src/main/hosts/electron`;
  await build({
    ...common(logLevel, outDir),
    plugins: [workerFiles(), packages.plugin()],
    build: {
      ...common(logLevel, outDir).build,
      emptyOutDir: true,
      rolldownOptions: {
        input: { main: `${host}/main.ts`, engine: `${host}/engine.ts` },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  });
  // A sandboxed preload is one CommonJS file.
  await build({
    ...common(logLevel, outDir),
    plugins: [packages.plugin()],
    build: {
      ...common(logLevel, outDir).build,
      emptyOutDir: false,
      rolldownOptions: {
        input: { preload: `${host}/preload.ts` },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  });
}

/** For Node 24 inside Electron: everything is bundled but what is native or Electron's own. */
function common(logLevel: LogLevel, outDir: string): InlineConfig & { build: object } {
  return {
    configFile: false,
    root: ROOT,
    logLevel,
    ssr: { noExternal: true, external: ['electron', '@duckdb/node-api'] },
    build: { ssr: true, outDir, target: 'node24', minify: false, sourcemap: false },
  };
}

/** Builds what only a package holds. `packages` are those of the builds before. */
async function buildPackageParts(packages: BundledPackages): Promise<void> {
  await buildIcons(await readFile(`${ROOT}/src/renderer/app/icon.svg`, 'utf8'), `${ROOT}/dist/icons`);
  // Not bundled, since native.
  const native = ['node-api', 'node-bindings'].map((name) => `${ROOT}/node_modules/@duckdb/${name}`);
  await writeFile(`${ROOT}/dist/THIRD_PARTY.txt`, await thirdPartyText([...packages.folders, ...native]));
}

/**
 * `new URL('./x-worker.ts', import.meta.url)` names a file of its own: it becomes one beside the bundle, called after its
 * folder too, since several adapters have a `read-worker.ts`.
 */
function workerFiles(): Plugin {
  return {
    name: 'worker-files',
    enforce: 'pre',
    async transform(code, id) {
      let changed = code;
      for (const [whole, path] of code.matchAll(/new URL\('(\.\/[\w-]+-worker)\.ts', import\.meta\.url\)/g)) {
        const resolved = await this.resolve(`${path}.ts`, id);
        if (!resolved || path === undefined) throw new Error(`${id} names a worker that is not there: ${path}`);
        const fileName = `${basename(dirname(resolved.id))}-${basename(path)}.js`;
        this.emitFile({ type: 'chunk', id: resolved.id, fileName });
        changed = changed.replace(whole, `new URL('./${fileName}', import.meta.url)`);
      }
      return changed === code ? undefined : { code: changed };
    },
  };
}

if (import.meta.main) {
  const packages = createBundledPackages();
  await buildRenderer('warn', packages);
  await buildElectron('warn', undefined, packages);
  await buildPackageParts(packages);
}
