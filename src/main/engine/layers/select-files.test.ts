import { expect, test } from 'vitest';
import type { LayerFile } from '../../../shared/model/layer.ts';
import { selectFiles } from './select-files.ts';

const file = (path: string, size: number): LayerFile => ({
  path,
  size,
  type: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtime: 0,
});
const FILES = [file('usr/bin/B', 3), file('etc/passwd', 1), file('usr/bin/a', 3)];
const paths = (selection: Parameters<typeof selectFiles>[1]): string[] =>
  selectFiles(FILES, selection).map((f) => f.path);

test('keeps the order of the tar, and finds a part of a path whatever its case', () => {
  expect(paths({ filter: '' })).toEqual(['usr/bin/B', 'etc/passwd', 'usr/bin/a']);
  expect(paths({ filter: 'BIN/' })).toEqual(['usr/bin/B', 'usr/bin/a']);
});

test('sorts by path and size, equal ones in the order of the tar', () => {
  expect(paths({ filter: '', sort: { field: 'path', descending: false } })).toEqual([
    'etc/passwd',
    'usr/bin/B',
    'usr/bin/a',
  ]);
  expect(paths({ filter: '', sort: { field: 'size', descending: true } })).toEqual([
    'usr/bin/B',
    'usr/bin/a',
    'etc/passwd',
  ]);
});

test('names the field that files cannot be sorted by', () => {
  expect(() => paths({ filter: '', sort: { field: 'colour', descending: false } })).toThrowError(
    expect.objectContaining({ code: 'INVALID_INPUT', subject: 'sort:colour' }),
  );
});
