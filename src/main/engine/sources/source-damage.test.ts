import { expect, test } from 'vitest';
import { parseDigest } from '../../../shared/oci/digest.ts';
import type { FileLook } from '../model/file-look.ts';
import type { NotedBlob } from '../ports/damage-notes.ts';
import { createMemoryBlobs, digestOf } from '../testing/memory-blobs.ts';
import { createSourceDamage } from './source-damage.ts';

const layer = Buffer.from('a layer');
const digest = parseDigest(digestOf(layer));
const note = { digest, message: 'Its bytes are others.' };

/** Damage of a source in memory, whose blobs lie at these paths. */
function setUp(files: Map<string, FileLook>, path: string | undefined) {
  const kept = new Map<string, readonly NotedBlob[]>();
  const unused = () => Promise.reject(new Error('no store is asked'));
  const damage = createSourceDamage({
    notes: { list: (id) => kept.get(id) ?? [], replace: (id, notes) => kept.set(id, notes) },
    looks: { look: async (at) => files.get(at) },
    stores: { openStore: unused, viewStore: unused },
  });
  const extent = path === undefined ? undefined : { path, offset: 0 };
  const source = { ...createMemoryBlobs([layer]), locateBlobs: async () => [extent] };
  return { damage, source };
}

const LOOK: FileLook = { inode: 1, size: 7, modifiedMs: 1000 };

test.each<[string, FileLook | undefined, boolean]>([
  ['the same', LOOK, true],
  ['read, which rounds its time', { ...LOOK, modifiedMs: 1001.5 }, true],
  ['written to', { ...LOOK, modifiedMs: 1010 }, false],
  ['another size', { ...LOOK, size: 8 }, false],
  ['replaced', { ...LOOK, inode: 2 }, false],
  ['gone', undefined, false],
])('damage stands while the file is as it was: %s', async (_, now, stands) => {
  const files = new Map([['/a', LOOK]]);
  const { damage, source } = setUp(files, '/a');
  await damage.note(source, [note]);
  if (now) files.set('/a', now);
  else files.delete('/a');
  expect([...(await damage.known(source)).values()]).toEqual(stands ? [note] : []);
});

test('without a file it stands until a check finds none', async () => {
  const { damage, source } = setUp(new Map(), undefined);
  await damage.note(source, [note]);
  expect([...(await damage.known(source)).values()]).toEqual([note]);
  await damage.note(source, []);
  expect((await damage.known(source)).size).toBe(0);
});

test('what is not there any more is not noted', async () => {
  const { damage, source } = setUp(new Map(), '/a');
  await damage.note(source, [note]);
  expect((await damage.known(source)).size).toBe(0);
});
