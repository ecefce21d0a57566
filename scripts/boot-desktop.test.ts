import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import vm from 'node:vm';
import { parseAst } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DESKTOP_BRIDGE_METHODS } from '../src/main/hosts/electron/testing/bridge-methods.ts';
import { PROJECT_FOLDER } from '../src/main/hosts/places.ts';
import { buildElectron } from './build.ts';

// The built desktop program, as far as it can be started without Electron's binary.

let folder: string;
let built: string;
beforeAll(async () => {
  await mkdir(join(PROJECT_FOLDER, 'dist'), { recursive: true });
  folder = await mkdtemp(join(PROJECT_FOLDER, 'dist/test-boot-'));
  built = join(folder, 'electron');
  await buildElectron('warn', built);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const boot = async (): Promise<string[]> => {
  const script = join(PROJECT_FOLDER, 'scripts/testing/boot-desktop.ts');
  const run = promisify(execFile)(process.execPath, [script, join(built, 'main.js'), folder]);
  return JSON.parse((await run).stdout);
};

it('says why and exits where the window has not been built', async () => {
  expect((await boot()).slice(-3)).toEqual(['app.releaseSingleInstanceLock', 'dialog.showErrorBox', 'app.exit']);
});

it('has its first window although Electron is ready only after the module', async () => {
  await mkdir(join(folder, 'renderer'));
  await writeFile(join(folder, 'renderer/index.html'), '<head></head>');
  const calls = await boot();
  const at = (name: string): number => calls.indexOf(name);
  expect(at('protocol.registerSchemesAsPrivileged')).toBeGreaterThanOrEqual(0);
  expect(at('protocol.registerSchemesAsPrivileged')).toBeLessThan(at('ready'));
  expect(at('ready')).toBeLessThan(at('protocol.handle'));
  expect(calls.at(-1)).toBe('window.loadURL');
});

it('waits for nothing while a module is evaluated', async () => {
  const names = (await readdir(built)).filter((name) => /\.c?js$/.test(name));
  const waiting = await Promise.all(
    names.map(async (name) => (hasTopLevelAwait(parseAst(await readFile(join(built, name), 'utf8'))) ? [name] : [])),
  );
  expect(names).toEqual(expect.arrayContaining(['main.js', 'engine.js', 'preload.cjs']));
  expect(waiting.flat()).toEqual([]);
  expect(hasTopLevelAwait(parseAst('const f = async () => { await 1; };'))).toBe(false);
  for (const code of ['if (x) { await 1; }', 'for await (const x of y);', 'await using x = y;']) {
    expect(hasTopLevelAwait(parseAst(`export {}; ${code}`))).toBe(true);
  }
});

/** True for an `await` outside all functions, in any of its three forms. */
function hasTopLevelAwait(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  const { type, await: isAwait, kind } = node as { type?: string; await?: boolean; kind?: string };
  if (type?.includes('Function') || type === 'StaticBlock') return false;
  if (type === 'AwaitExpression' || isAwait === true || kind === 'await using') return true;
  return Object.values(node).some(hasTopLevelAwait);
}

it('has a preload that needs nothing but Electron', async () => {
  const exposed = new Map<string, object>();
  const electron = {
    contextBridge: { exposeInMainWorld: (name: string, value: object) => exposed.set(name, value) },
    ipcRenderer: { on: () => undefined },
    webUtils: {},
  };
  const require = (name: string): unknown => {
    if (name === 'electron') return electron;
    throw new Error(`A sandboxed preload cannot require ${name}.`);
  };
  // A sandboxed preload has the page's globals, and of Node's module system only `require`, `module` and `exports`.
  const sandbox = vm.createContext({ window: {} });
  const preload = vm.runInContext(
    `(function (require, module, exports) { ${await readFile(join(built, 'preload.cjs'), 'utf8')}\n})`,
    sandbox,
  );
  preload(require, { exports: {} }, {});
  expect([...exposed.keys()]).toEqual(['cachewright']);
  expect(Object.keys(exposed.get('cachewright') ?? {}).sort()).toEqual([...DESKTOP_BRIDGE_METHODS]);
});
