// Builds everything that is not run as it is: the window's files, the desktop program around them, what a package adds.
//   dist/renderer/                              served by the web host and by app://
//   dist/electron/{main.js,preload.cjs,engine.js}  and the engine's worker files
//   dist/cli/main.js                            the command line; inputs.json: what it was made from; help.json: its help
//   dist/icons/                                 of the program, for each system
//   dist/THIRD_PARTY.txt                        the licences of what the bundles hold
import { statSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type InlineConfig, type LogLevel, type Plugin } from 'vite';
import { buildIcons } from './icons.ts';
import { type BundledPackages, createBundledPackages, thirdPartyText } from './third-party.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Packages with a native part: not bundled, and loaded from where they are. */
const NATIVE = ['@duckdb/node-api', '@duckdb/node-bindings'];

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

/**
 * Builds the command line, in parts that are loaded when they are needed, and notes what it was made from: `bin/cachewright.js`
 * runs it only while that is unchanged. `outDir` differs in tests only.
 */
export async function buildCli(logLevel: LogLevel, outDir = `${ROOT}/dist/cli`): Promise<void> {
  const inputs = new Set<string>(['package-lock.json']);
  const base = common(logLevel, outDir);
  await build({
    ...base,
    // Both find files of their own beside themselves.
    ssr: { noExternal: true, external: [...NATIVE, 'open'] },
    plugins: [workerFiles(), quickCommander(), collectInputs(inputs)],
    build: {
      ...base.build,
      emptyOutDir: true,
      rolldownOptions: {
        input: { main: `${ROOT}/src/main/hosts/cli/main.ts` },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  });
  const noted = [...inputs].sort().map((path) => {
    const { size, mtimeMs } = statSync(ROOT + path);
    return [path, size, mtimeMs];
  });
  await writeFile(`${outDir}/help.json`, JSON.stringify(await helpTexts()));
  await writeFile(`${outDir}/inputs.json`, JSON.stringify(noted));
}

/** What commander takes a pipe to be as wide as. */
const USUAL_WIDTH = 80;

/** The help of the whole program as pipes get it, and with no line wrapped: then its width is that of its longest line. */
async function helpTexts() {
  const { createProgram } = await import('../src/main/hosts/cli/program.ts');
  const textAt = (width: number): string => {
    let text = '';
    const unbound = () => async () => undefined;
    const add = (more: string) => {
      text += more;
    };
    const program = createProgram('', unbound, {
      onText: add,
      onExit: (_command, error) => Promise.reject(error) as never,
    });
    program.configureHelp({ helpWidth: width }).outputHelp();
    return text;
  };
  const unwrapped = textAt(Number.MAX_SAFE_INTEGER);
  const width = Math.max(...unwrapped.split('\n').map((line) => line.length));
  return { usual: { width: USUAL_WIDTH, text: textAt(USUAL_WIDTH) }, unwrapped: { width, text: unwrapped } };
}

/**
 * commander imports two modules of Node that take longer to load than all else it does: of `node:process` it needs what is
 * global, of `node:child_process` nothing, since none of our commands is a program of its own.
 */
function quickCommander(): Plugin {
  const texts: Readonly<Record<string, string>> = {
    'node:process': 'export default globalThis.process;',
    'node:child_process': 'export default {};',
  };
  return {
    name: 'quick-commander',
    enforce: 'pre',
    resolveId: (name, importer) =>
      texts[name] !== undefined && importer?.includes('/node_modules/commander/') ? `\0commander-${name}` : undefined,
    load: (id) => (id.startsWith('\0commander-') ? texts[id.slice('\0commander-'.length)] : undefined),
  };
}

/** Notes every file of ours in a bundle, relative to the project. */
function collectInputs(inputs: Set<string>): Plugin {
  return {
    name: 'inputs',
    generateBundle: (_options, bundle) => {
      for (const part of Object.values(bundle)) {
        if (part.type !== 'chunk') continue;
        for (const id of part.moduleIds) if (id.startsWith(`${ROOT}src/`)) inputs.add(id.slice(ROOT.length));
      }
    },
  };
}

/** For Node 24 inside Electron: everything is bundled but what is native or Electron's own. */
function common(logLevel: LogLevel, outDir: string): InlineConfig & { build: object } {
  return {
    configFile: false,
    root: ROOT,
    logLevel,
    ssr: { noExternal: true, external: ['electron', ...NATIVE] },
    build: { ssr: true, outDir, target: 'node24', minify: false, sourcemap: false },
  };
}

/** Builds what only a package holds. `packages` are those of the builds before. */
async function buildPackageParts(packages: BundledPackages): Promise<void> {
  await buildIcons(await readFile(`${ROOT}/src/renderer/app/icon.svg`, 'utf8'), `${ROOT}/dist/icons`);
  const native = NATIVE.map((name) => `${ROOT}/node_modules/${name}`);
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
  await buildCli('warn');
  await buildPackageParts(packages);
}
