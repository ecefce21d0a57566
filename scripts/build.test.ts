import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PROJECT_FOLDER } from '../src/main/hosts/places.ts';
import { buildElectron } from './build.ts';

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
  expect(foreign.sort()).toEqual(['@duckdb/node-api', 'electron']);
});

it('has a preload of one file that a sandboxed page can load', async () => {
  const text = await readFile(join(folder, 'preload.cjs'), 'utf8');
  expect([...text.matchAll(/require\(["']([^"']+)["']\)/g)].map(([, name]) => name)).toEqual(['electron']);
});

it('has a worker file for every worker that the engine starts', async () => {
  const names = await readdir(folder);
  const engine = await readFile(join(folder, 'engine.js'), 'utf8');
  const workers = [...engine.matchAll(/new URL\(["']\.\/([\w-]+)["'.]*(\w*)/g)].map(
    ([, name, ext]) => `${name}.${ext}`,
  );
  // None written over by another of the same name.
  expect(workers).toHaveLength(await workersInSources());
  expect(new Set(workers).size).toBe(workers.length);
  expect(names).toEqual(expect.arrayContaining(workers));
  expect(workers.every((name) => name.endsWith('-worker.js'))).toBe(true);
});

async function workersInSources(): Promise<number> {
  const sources = join(PROJECT_FOLDER, 'src/main');
  const own = (path: string): boolean => /(?<!\.test)\.ts$/.test(path) && !path.includes('testing/');
  const paths = (await readdir(sources, { recursive: true })).filter(own);
  const texts = await Promise.all(paths.map((path) => readFile(join(sources, path), 'utf8')));
  return texts.filter((text) => text.includes('new Worker(new URL(')).length;
}

it('has an engine that opens the sample, its workers and native parts found', async () => {
  const run = spawn(
    process.execPath,
    [join(PROJECT_FOLDER, 'scripts/testing/drive-engine.ts'), join(folder, 'engine.js')],
    {
      env: {
        ...process.env,
        CACHEWRIGHT_STATE_DIR: join(folder, 'state'),
        CACHEWRIGHT_CACHE_DIR: join(folder, 'cache'),
      },
    },
  );
  let out = '';
  let err = '';
  run.stdout.on('data', (chunk) => {
    out += chunk;
  });
  run.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const code = await new Promise((resolve) => run.once('exit', resolve));
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(JSON.parse(out)).toMatchObject({ host: 'electron', state: 'ready', damaged: 0 });
});
