import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createStaging } from './staging.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cachewright-staging-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('what was written is read back, from anywhere, and gone afterwards', async () => {
  const staging = createStaging(async () => folder);
  {
    await using file = await staging.create();
    await file.write(Buffer.from('one '));
    await file.write(Buffer.from('two'));
    for (const start of [0, 4]) {
      await using reader = await file.open();
      const chunks: Uint8Array[] = [];
      for await (const chunk of reader.stream({ start })) chunks.push(chunk);
      expect(Buffer.concat(chunks).toString()).toBe('one two'.slice(start));
      expect(reader.size).toBe(7);
    }
    expect(await readdir(folder)).toHaveLength(1);
  }
  expect(await readdir(folder)).toEqual([]);
});

test('a folder that could not be made is tried again', async () => {
  let tries = 0;
  const staging = createStaging(async () => {
    tries += 1;
    if (tries === 1) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    return folder;
  });
  await expect(staging.create()).rejects.toMatchObject({ code: 'NO_SPACE' });
  await using file = await staging.create();
  await using _other = await staging.create();
  expect(file.path).toContain(folder);
  expect(tries).toBe(2);
});
