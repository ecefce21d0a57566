import { mkdir, rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorkspace, type Workspace } from './testing/workspace.ts';

// Whoever unpacks an archive does not choose the names in it: a path must not drive the terminal either.

const NAME = 'a\x1b]0;owned\x07\x9b2J\u202eb';
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const DRIVES = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/;

let work: Workspace;
beforeAll(async () => {
  work = await createWorkspace();
});
afterAll(() => work.remove());

it('no line of any command holds a control character of a path', { timeout: 240_000 }, async () => {
  const source = await work.copy('sample', NAME);
  const store = work.path(`${NAME}-store`);
  const said: string[] = [];
  const run = async (expected: number, ...args: string[]) => {
    const { code, out, err } = await work.runWith({ terminal: 400 }, ...args);
    expect([args.join(' '), code, err]).toEqual([args.join(' '), expected, err]);
    said.push(out, err.replaceAll('\r\x1b[K', ''));
  };
  await run(0, 'inspect', source);
  for (const command of ['keys', 'layers', 'verify']) await run(0, command, source);
  await run(0, 'import', source, '--to', store);
  await run(0, 'export', source, '--to', work.path(`${NAME}-layout`));
  await run(0, 'prune', store, '--all');
  await run(0, 'prune', store, '--all', '--yes');
  await run(0, 'undo', store);
  await run(0, 'empty-trash', store);
  await rm(work.path(`${NAME}-store`, 'blobs'), { recursive: true });
  await mkdir(work.path(`${NAME}-store`, 'blobs'));
  await run(3, 'inspect', store);
  await run(3, 'inspect', work.path(`${NAME}-none`));
  await run(2, 'inspect', source, '--ref', NAME);
  await run(2, NAME);
  await run(2, 'keys', source, `--${NAME}`);
  await run(2, 'export', source, '--to', '');
  for (const text of said) expect(text).not.toMatch(DRIVES);
  expect(said.join('')).toContain('a\\x1b]0;owned\\x07\\x9b2J\\x202eb');
});
