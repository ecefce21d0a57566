import { afterEach, beforeEach, expect, test } from 'vitest';
import { wholenessOf } from '../../adapters/file/testing/store-folder.ts';
import { createWorkspace, fixture, type Workspace } from './testing/workspace.ts';

let work: Workspace;
let store: string;
beforeEach(async () => {
  work = await createWorkspace();
  store = work.path('store');
  await work.json('import', fixture('sample'), '--to', store);
});
afterEach(() => work.remove());

const references = async () => (await wholenessOf(store)).references;

test('an import gets the name of its folder where its own is taken, and then only what was asked for', async () => {
  await work.json('import', fixture('next'), '--to', store);
  expect(await references()).toEqual(['latest', 'next']);
  // The same again is no other cache.
  await work.json('import', fixture('next'), '--to', store);
  await work.json('import', fixture('min'), '--to', store, '--as', 'mine');
  expect(await references()).toEqual(['latest', 'mine', 'next']);
  for (const args of [
    ['--as', 'mine'],
    ['--as', 'latest'],
  ]) {
    const { code, err } = await work.run('import', fixture('next'), '--to', store, ...args);
    expect(code).not.toBe(0);
    expect(err).toContain('--replace');
  }
  expect((await work.run('import', fixture('next'), '--to', store, '--as', 'a b')).code).toBe(2);
  expect(await references()).toEqual(['latest', 'mine', 'next']);
});

test('an import that may replace moves the other cache to the trash, and undo brings it back under its name', async () => {
  await work.json('import', fixture('next'), '--to', store, '--replace');
  expect(await references()).toEqual(['latest']);
  const undone = await work.json<{ plan: string; beside: unknown }>('undo', store);
  expect(undone.beside).toEqual([{ ref: 'latest', as: 'latest-imported' }]);
  expect(await wholenessOf(store)).toMatchObject({
    references: ['latest', 'latest-imported'],
    missing: [],
    orphans: [],
  });
});
