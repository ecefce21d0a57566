import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { whyElectronCrashed } from './electron-crash.ts';

let settings: string;
beforeEach(async () => {
  settings = await mkdtemp(join(tmpdir(), 'cachewright-settings-'));
  for (const folder of ['kernel', 'user']) await mkdir(join(settings, folder));
});
afterEach(() => rm(settings, { recursive: true, force: true }));

it.each([
  ['kernel/apparmor_restrict_unprivileged_userns', '1'],
  ['kernel/unprivileged_userns_clone', '0'],
  ['user/max_user_namespaces', '0'],
])('names the setting %s = %s and what helps', async (name, value) => {
  await writeFile(join(settings, name), `${value}\n`);
  const why = await whyElectronCrashed('SIGTRAP', settings);
  expect(why).toContain(`${name.replace('/', '.')} = ${value}`);
  expect(why).toContain('chmod 4755');
});

it('names the signal where the system forbids nothing', async () => {
  await writeFile(join(settings, 'kernel/apparmor_restrict_unprivileged_userns'), '0\n');
  await writeFile(join(settings, 'user/max_user_namespaces'), '63000\n');
  expect(await whyElectronCrashed('SIGSEGV', settings)).toMatch(/ended at once with SIGSEGV/);
});
