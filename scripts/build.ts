// Builds everything that is not run as it is: the window's files, and the desktop program around them.
//   dist/renderer/                              served by the web host and by app://
//   dist/electron/{main.js,preload.cjs,engine.js}  and the engine's worker files
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type InlineConfig, type LogLevel, type Plugin } from 'vite';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The window. */
export async function buildRenderer(logLevel: LogLevel): Promise<void> {
  await build({ configFile: `${ROOT}/vite.config.ts`, logLevel });
}

/** The desktop program. `outDir` differs in tests only. */
export async function buildElectron(logLevel: LogLevel, outDir = `${ROOT}/dist/electron`): Promise<void> {
  const host = `${ROOT}/src/main/hosts/electron`;
  await build({
    ...common(logLevel, outDir),
    plugins: [workerFiles()],
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

/** `new URL('./x-worker.ts', import.meta.url)` names a file of its own: it becomes one beside the bundle. */
function workerFiles(): Plugin {
  return {
    name: 'worker-files',
    enforce: 'pre',
    async transform(code, id) {
      let changed = code;
      for (const [whole, path] of code.matchAll(/new URL\('(\.\/[\w-]+-worker)\.ts', import\.meta\.url\)/g)) {
        const resolved = await this.resolve(`${path}.ts`, id);
        if (!resolved || path === undefined) throw new Error(`${id} names a worker that is not there: ${path}`);
        this.emitFile({ type: 'chunk', id: resolved.id, fileName: `${basename(path)}.js` });
        changed = changed.replace(whole, `new URL('./${basename(path)}.js', import.meta.url)`);
      }
      return changed === code ? undefined : { code: changed };
    },
  };
}

if (import.meta.main) {
  await buildRenderer('warn');
  await buildElectron('warn');
}
