import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorkspace, fixture, type Workspace } from './testing/workspace.ts';

// What is wrong before anything is done is exit 2, with the usage; and nothing is written anywhere.

let work: Workspace;
let store: string;
beforeAll(async () => {
  work = await createWorkspace();
  store = work.path('store');
  for (const ref of ['one', 'two']) await work.run('import', fixture('sample'), '--to', store, '--as', ref);
  await mkdir(work.path('other'));
  await writeFile(work.path('other/file'), '');
});
afterAll(() => work.remove());

describe('a command line that cannot be meant', () => {
  it.each([
    ['an empty source', () => ['inspect', ''], /a source is missing/],
    ['an empty target', () => ['export', store, '--to', ''], /It is empty/],
    ['a reference that is none', () => ['inspect', 'docker://'], /INVALID_INPUT/],
    ['a registry without a repository', () => ['inspect', 'docker://127.0.0.1:5000'], /a repository is missing/],
    ['an export to the same', () => ['export', store, '--to', 'docker://localhost:5000'], /a repository is missing/],
    [
      'an export to the folder of a daemon',
      () => ['export', store, '--to', `state://${work.path('never')}`],
      /Nothing/,
    ],
    ['an import to a registry', () => ['import', store, '--to', 'docker://h.example/a:b'], /Nothing can be written/],
    ['a folder with something else', () => ['export', store, '--to', work.path('other'), '--ref', 'one'], /CONFLICT/],
    [
      'a name that the only cache does not have',
      () => ['export', fixture('sample'), '--to', work.path('never'), '--ref', 'v9'],
      /NOT_FOUND v9: This source has no cache of that name\. \(There is: latest\.\)/,
    ],
    ['an undo where nothing was pruned', () => ['undo', store], /nothing to undo/],
    ['an undo of a plan that is none', () => ['undo', store, 'nope'], /NOT_FOUND nope/],
    ['too few digits', () => ['graph', store, '--from', '00'], /at least 4/],
    ['a number that no record has', () => ['graph', store, '--from', `${'0'.repeat(12)}~9`], /NOT_FOUND/],
  ])('%s', async (_name, args, says) => {
    const { code, out, err } = await work.run(...args());
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(says);
    expect(err).toMatch(/\nUsage: cachewright /);
    expect(await readdir(work.folder)).not.toContain('never');
    expect(await readdir(work.path('other'))).toEqual(['file']);
  });
});

describe('a record of one of two caches', () => {
  it('is named as the table shows it', async () => {
    const [first] = await work.json<{ id: string; digest: string }[]>('keys', store);
    const short = first?.id.replace(/^sha256:(.{12}).*(~\d+)$/, '$1$2') ?? '';
    expect(short).toMatch(/^[0-9a-f]{12}~1$/);
    const { focus } = await work.json<{ focus: string }>('graph', store, '--from', short);
    expect(focus).toBe(first?.id);
  });

  it('is found by its digest where --ref says in which', async () => {
    const [first] = await work.json<{ digest: string }[]>('keys', store, '--filter', 'results:>0');
    const args = ['export', store, '--to', work.path('part'), '--key', first?.digest ?? ''];
    expect((await work.run(...args)).code).toBe(2);
    expect(await work.json(...args, '--ref', 'two')).toMatchObject({ caches: [{ ref: 'two' }] });
  });
});
