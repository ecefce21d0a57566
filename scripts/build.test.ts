import { execFileSync, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_FOLDER } from '../src/main/hosts/places.ts';
import { buildCli, buildElectron } from './build.ts';

let folder: string;
beforeAll(async () => {
  // Below the project, as the real one: the program finds its own folder from there.
  await mkdir(join(PROJECT_FOLDER, 'dist'), { recursive: true });
  folder = await mkdtemp(join(PROJECT_FOLDER, 'dist/test-'));
  await buildElectron('warn', folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('makes the files that the desktop program names', async () => {
  expect(await readdir(folder)).toEqual(expect.arrayContaining(['main.js', 'preload.cjs', 'engine.js']));
});

it('leaves nothing outside the bundle but Electron, Node and what is native', async () => {
  const imports = new Set<string>();
  for (const name of await readdir(folder)) {
    const text = await readFile(join(folder, name), 'utf8');
    for (const [, from] of text.matchAll(/^import .*?["']([^."'][^"']*)["'];$/gm)) imports.add(from ?? '');
  }
  const foreign = [...imports].filter((name) => !isBuiltin(name));
  expect(foreign.sort()).toEqual(['@duckdb/node-api', '@duckdb/node-bindings', 'electron']);
});

it('has a preload of one file that a sandboxed page can load', async () => {
  const text = await readFile(join(folder, 'preload.cjs'), 'utf8');
  expect([...text.matchAll(/require\(["']([^"']+)["']\)/g)].map(([, name]) => name)).toEqual(['electron']);
});

it('has a worker file for every worker that the engine starts', async () => {
  const names = await readdir(folder);
  const modules = names.filter((name) => name.endsWith('.js')).map((name) => readFile(join(folder, name), 'utf8'));
  const engine = (await Promise.all(modules)).join('\n');
  const workers = [...engine.matchAll(/new URL\(["']\.\/([\w-]+)["'.]*(\w*)/g)].map(
    ([, name, ext]) => `${name}.${ext}`,
  );
  // None written over by another of the same name.
  expect(workers).toHaveLength(await workersInSources());
  expect(new Set(workers).size).toBe(workers.length);
  expect(names).toEqual(expect.arrayContaining(workers));
});

async function workersInSources(): Promise<number> {
  const sources = join(PROJECT_FOLDER, 'src/main');
  const own = (path: string): boolean => /(?<!\.test)\.ts$/.test(path) && !path.includes('testing/');
  const paths = (await readdir(sources, { recursive: true })).filter(own);
  const texts = await Promise.all(paths.map((path) => readFile(join(sources, path), 'utf8')));
  return texts.filter((text) => text.includes('new Worker(new URL(')).length;
}

/** Drives the built engine, on folders of its own; `state` differs where it is not to start. */
async function drive(state: string, built = folder): Promise<{ code: unknown; err: string; said: unknown }> {
  const run = spawn(
    process.execPath,
    [join(PROJECT_FOLDER, 'scripts/testing/drive-engine.ts'), join(built, 'engine.js')],
    { env: { ...process.env, CACHEWRIGHT_STATE_DIR: state, CACHEWRIGHT_CACHE_DIR: join(folder, 'cache') } },
  );
  let out = '';
  let err = '';
  run.stdout.on('data', (chunk) => {
    out += chunk;
  });
  run.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const code = await new Promise((resolve) => run.once('close', resolve));
  return { code, err, said: out === '' ? undefined : JSON.parse(out) };
}

it('has an engine that opens the sample, its workers and native parts found', async () => {
  const { code, err, said } = await drive(join(folder, 'state'));
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(said).toMatchObject({ host: 'electron', state: 'ready', damaged: 0 });
});

it('has an engine that says why it cannot start, and ends with a failure', async () => {
  const state = join(folder, 'a-file');
  await writeFile(state, '');
  const { code, said, err } = await drive(state);
  expect(code).toBe(1);
  expect(said).toMatchObject({
    greeting: {
      engine: 'failed',
      error: {
        code: 'UNAVAILABLE',
        message: "A folder of the program's own cannot be made.",
        subject: state,
        hint: 'Set CACHEWRIGHT_STATE_DIR to another one.',
      },
    },
    reports: [{ kind: 'failed', text: expect.stringContaining('cannot be made') }],
  });
  expect(err).toBe("A folder of the program's own cannot be made.\n");
});

it('has an engine that says so when a native part does not load', async () => {
  const broken = `${folder}-broken`;
  await cp(folder, broken, { recursive: true });
  const names = (await readdir(broken)).filter((name) => name.endsWith('.js'));
  for (const name of names) {
    const text = await readFile(join(broken, name), 'utf8');
    await writeFile(join(broken, name), text.replaceAll('"@duckdb/node-api"', '"@duckdb/not-here"'));
  }
  const { code, said } = await drive(join(folder, 'state'), broken).finally(() => rm(broken, { recursive: true }));
  expect(code).toBe(1);
  expect(said).toMatchObject({
    greeting: { engine: 'failed', error: { code: 'INTERNAL', message: expect.stringContaining('@duckdb/not-here') } },
  });
});

describe('the built command line', () => {
  let cli: string;
  beforeAll(async () => {
    cli = join(folder, 'cli');
    await buildCli('warn', cli);
  });

  it('loads no engine, no schemas and no database to say what it can do', async () => {
    const loaded = new Set<string>();
    const follow = async (name: string): Promise<void> => {
      if (loaded.has(name)) return;
      loaded.add(name);
      const text = await readFile(join(cli, name), 'utf8');
      for (const [, next] of text.matchAll(/^(?:import|export) .*?["']\.\/([^"']+)["'];$/gm)) await follow(next ?? '');
    };
    await follow('main.js');
    const texts = await Promise.all([...loaded].map((name) => readFile(join(cli, name), 'utf8')));
    const sources = texts.flatMap((text) =>
      [...text.matchAll(/^\/\/(?:#region)? (\S+)$/gm)].map(([, path]) => path ?? ''),
    );
    expect(sources).toContain('src/main/hosts/cli/run.ts');
    expect(
      sources.filter((path) => /^src\/main\/(engine|adapters)\/|node_modules\/(zod|@duckdb|@redis|pg)/.test(path)),
    ).toEqual([]);
    // Each costs as much as all the rest together.
    const builtins = texts.flatMap((text) =>
      [...text.matchAll(/^import .*?["'](node:[^"']+)["'];$/gm)].map(([, name]) => name),
    );
    expect(builtins).not.toContain('node:process');
    expect(builtins).not.toContain('node:child_process');
  });

  it('has its help beside it as it prints it itself', async () => {
    const { usual, unwrapped } = JSON.parse(await readFile(join(cli, 'help.json'), 'utf8'));
    expect(usual.text).toBe(execFileSync(process.execPath, [join(cli, 'main.js'), '--help'], { encoding: 'utf8' }));
    const lines = unwrapped.text.split('\n').map((line: string) => line.length);
    expect(unwrapped.width).toBe(Math.max(...lines));
    expect(unwrapped.text.replace(/\s+/g, ' ')).toBe(usual.text.replace(/\s+/g, ' '));
  });

  it('notes every file that it was made from', async () => {
    const inputs = JSON.parse(await readFile(join(cli, 'inputs.json'), 'utf8')) as [string, number, number][];
    const paths = inputs.map(([path]) => path);
    expect(paths).toEqual(
      expect.arrayContaining(['package-lock.json', 'src/main/hosts/cli/main.ts', 'src/main/engine/engine.ts']),
    );
    expect(paths.filter((path) => path.endsWith('.test.ts'))).toEqual([]);
  });
});
