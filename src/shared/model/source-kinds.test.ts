import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
/** Kinds whose names mean nothing else, and forms that only whoever reads or writes them needs. */
const NAMES = /'(oci-layout|oci-tar|state-folder|du-listing|solver|references|inline)'/;
/** The lists of kinds and forms, the adapters, which declare themselves, and one table of icons and words. */
const MAY = [
  /^shared\/model\/(source|cache-forms)\.ts$/,
  /^main\/adapters\//,
  /^main\/engine\/(daemon|remotecache)\//,
  /^renderer\/widgets\/source-kinds\.ts$/,
  /^renderer\/client\/fake\//,
  /\.(test|suite)\.tsx?$|\/testing\//,
];

it('only tables and adapters know kinds of sources and forms of caches by name', () => {
  const files = readdirSync(ROOT, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
  const knowing = files.filter(
    (file) => !MAY.some((may) => may.test(file)) && NAMES.test(readFileSync(join(ROOT, file), 'utf8')),
  );
  expect(files.length).toBeGreaterThan(500);
  expect(knowing).toEqual([]);
});
