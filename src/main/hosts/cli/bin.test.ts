import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DISK_THREADS } from '../../system/disk-threads.ts';
import { PROJECT_FOLDER } from '../places.ts';

// Which of its two forms the command line runs in, in a project that consists of nothing else.

const run = promisify(execFile);
const ENTRY = 'src/main/hosts/cli/main.ts';
let project: string;

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'cachewright-bin-'));
  await put('package.json', '{"version":"4.5.6","type":"module"}');
  await cp(join(PROJECT_FOLDER, 'bin/cachewright.js'), join(project, 'bin/cachewright.js'));
});
afterEach(() => rm(project, { recursive: true, force: true }));

async function put(path: string, text: string): Promise<void> {
  await mkdir(join(project, path, '..'), { recursive: true });
  await writeFile(join(project, path), text);
}

async function answer(...args: string[]): Promise<string> {
  return (await run(process.execPath, [join(project, 'bin/cachewright.js'), ...args])).stdout;
}

async function putBoth(): Promise<void> {
  await put(ENTRY, `console.log('sources');`);
  await put('dist/cli/main.js', `console.log('built');`);
  const { size, mtimeMs } = await stat(join(project, ENTRY));
  await put('dist/cli/inputs.json', JSON.stringify([[ENTRY, size, mtimeMs]]));
}

it.each(['--version', '-V'])('tells its version by %s with nothing else there', async (option) => {
  expect(await answer(option)).toBe('4.5.6\n');
});

it('waits for the disk with many threads, or as many as the user says', async () => {
  await put(
    ENTRY,
    `import { readFile } from 'node:fs/promises'; await readFile('package.json').catch(() => undefined);
    console.log(process.env.UV_THREADPOOL_SIZE, process.platform === 'linux'
      ? (await import('node:fs')).readdirSync('/proc/self/task').length >= Number(process.env.UV_THREADPOOL_SIZE) : true);`,
  );
  expect(await answer('inspect')).toBe(`${DISK_THREADS} true\n`);
  const env = { ...process.env, UV_THREADPOOL_SIZE: '5' };
  const { stdout } = await run(process.execPath, [join(project, 'bin/cachewright.js'), 'inspect'], { env });
  expect(stdout).toBe('5 true\n');
});

it('runs what was built while its sources are as they were', async () => {
  await putBoth();
  expect(await answer('inspect')).toBe('built\n');
});

it.each(['--help', '-h'])(
  'prints by %s the help that was built, while its sources are as they were',
  async (option) => {
    await putBoth();
    expect(await answer(option)).toBe('built\n');
    await put('dist/cli/help.json', '{"usual":{"width":80,"text":"the help\\n"},"unwrapped":{"width":90,"text":""}}');
    expect(await answer(option)).toBe('the help\n');
    expect(await answer('inspect', option)).toBe('built\n');
    await put(ENTRY, `console.log('sources'); // changed`);
    expect(await answer(option)).toBe('sources\n');
  },
);

it.each([
  ['a source was changed', () => put(ENTRY, `console.log('sources'); // changed`)],
  ['the notes about it are damaged', () => put('dist/cli/inputs.json', '[[')],
  ['it was never built', () => rm(join(project, 'dist'), { recursive: true })],
])('runs the sources where %s', async (_name, change) => {
  await putBoth();
  await change();
  expect(await answer('inspect')).toBe('sources\n');
});

it('does not run what was built from a file that is gone', async () => {
  await putBoth();
  await unlink(join(project, ENTRY));
  await expect(answer('inspect')).rejects.toThrow(ENTRY);
});
