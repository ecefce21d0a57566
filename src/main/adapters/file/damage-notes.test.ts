import { mkdtemp, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseDigest } from '../../../shared/oci/digest.ts';
import { readDamageNotes, writeDamageNotes } from './damage-notes.ts';
import { createDisk } from './disk.ts';
import { layoutOf } from './layout.ts';
import { makeFolders } from './make-folders.ts';

const DIGEST = parseDigest(`sha256:${'a'.repeat(64)}`);
const NOTE = { digest: DIGEST, message: 'other bytes' };

let root: string;
let blob: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cachewright-notes-'));
  const layout = layoutOf(root);
  blob = layout.blob(DIGEST);
  for (const folder of [dirname(blob), layout.ingest, layout.own]) await makeFolders(folder);
  await writeFile(blob, 'damaged');
  await utimes(blob, 1000, 1000);
  await writeDamageNotes(layout, createDisk(), [NOTE]);
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('damage that was noted', () => {
  test.each([
    { name: 'the same file', change: async () => {}, isKnown: true },
    { name: 'one whose time was rounded', change: () => utimes(blob, 1000, 1000.0015), isKnown: true },
    { name: 'one that was written again later', change: () => utimes(blob, 1000, 1001), isKnown: false },
    { name: 'one that was written again and set back', change: () => utimes(blob, 1000, 999), isKnown: false },
    {
      name: 'one of another length, at the same time',
      change: async () => {
        await writeFile(blob, 'damaged, and longer');
        await utimes(blob, 1000, 1000);
      },
      isKnown: false,
    },
    {
      name: 'another file of the same length and time',
      change: async () => {
        await writeFile(`${blob}.new`, 'mended!');
        await utimes(`${blob}.new`, 1000, 1000);
        await rename(`${blob}.new`, blob);
        expect((await stat(blob)).size).toBe(7);
      },
      isKnown: false,
    },
    { name: 'none', change: () => rm(blob), isKnown: false },
  ])('of $name is known: $isKnown', async ({ change, isKnown }) => {
    await change();
    expect([...(await readDamageNotes(root)).values()]).toEqual(isKnown ? [NOTE] : []);
  });
});
