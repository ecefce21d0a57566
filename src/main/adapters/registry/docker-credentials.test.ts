import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDockerCredentialSource } from './docker-credentials.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cachewright-credentials-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ['cut short', '{"auths": {"h": {"auth": "hunter2"}'],
  ['of another shape', '{"auths": {"h": {"auth": ["hunter2"]}}}'],
  ['a password alone', 'hunter2'],
])('a configuration that is %s is refused without a word of what it holds', async (_, text) => {
  await writeFile(join(folder, 'config.json'), text);
  const error = await createDockerCredentialSource(folder)('h').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'CORRUPT', subject: join(folder, 'config.json') });
  expect(inspect(error, { depth: 9 }).replaceAll(/^\s+at .*$/gm, '')).not.toContain('hunter2');
});

test('no configuration: nobody is known', async () => {
  expect(await createDockerCredentialSource(join(folder, 'none'))('h')).toBeUndefined();
});
