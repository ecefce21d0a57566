import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PROJECT_FOLDER } from '../src/main/hosts/places.ts';

// Electron has one memory for all buffers (V8's sandbox): memory from outside, wrapped as an array buffer, ends the process.
// https://www.electronjs.org/blog/v8-memory-cage
const EXTERNAL_BUFFERS = ['napi_create_external_arraybuffer', 'napi_create_external_buffer'];

it('loads no binding that wraps foreign memory as a buffer', async () => {
  const modules = join(PROJECT_FOLDER, 'node_modules/@duckdb');
  const names = (await readdir(modules)).filter((name) => name.startsWith('node-bindings-'));
  expect(names).not.toEqual([]);
  for (const name of names) {
    const bytes = await readFile(join(modules, name, 'duckdb.node'));
    // An imported function stands in the file by its name, in every format, as `nm -D` would list it.
    expect(bytes.includes('napi_create_'), `${name} imports by name`).toBe(true);
    expect(EXTERNAL_BUFFERS.filter((symbol) => bytes.includes(symbol))).toEqual([]);
  }
});
