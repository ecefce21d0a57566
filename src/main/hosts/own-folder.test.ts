import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeOwnFolder } from './own-folder.ts';

describe("a folder of the program's own", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cachewright-own-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('is made with those above it, and may be there', async () => {
    const path = join(folder, 'a', 'b');
    await Promise.all([makeOwnFolder(path, 'VARIABLE'), makeOwnFolder(path, 'VARIABLE')]);
    await makeOwnFolder(path, 'VARIABLE');
    expect((await stat(path)).mode & 0o777).toBe(0o700);
  });

  test('below a file there is none', async () => {
    await writeFile(join(folder, 'file'), '');
    const path = join(folder, 'file', 'below');
    await expect(makeOwnFolder(path, 'VARIABLE')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      subject: path,
      hint: expect.stringContaining('VARIABLE'),
    });
  });

  test.runIf(process.platform === 'linux')(
    'where the system knows of no folders, it is told and not tried for ever',
    async () => {
      await expect(makeOwnFolder('/proc/nope/below', 'VARIABLE')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    },
  );
});
