import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDockerCredentialSource } from '../../adapters/registry/docker-credentials.ts';
import { pathWithHelpers } from './helper-folders.ts';

/** What the Finder gives a program. */
const FINDER_PATH = '/usr/bin:/bin:/usr/sbin:/sbin';

describe('pathWithHelpers', () => {
  it('adds the folders of credential helpers on macOS, behind those that are there and each once', () => {
    expect(pathWithHelpers(`${FINDER_PATH}:/usr/local/bin:`, 'darwin', '/Users/ann').split(':')).toEqual([
      ...FINDER_PATH.split(':'),
      '/usr/local/bin',
      '/opt/homebrew/bin',
      '/opt/local/bin',
      '/Applications/Docker.app/Contents/Resources/bin',
      '/Users/ann/.docker/bin',
      '/Users/ann/.rd/bin',
      '/Users/ann/.orbstack/bin',
    ]);
  });

  it.each(['linux', 'win32'])('leaves it alone on %s', (platform) => {
    expect(pathWithHelpers('/usr/bin::', platform, '/home/ann')).toBe('/usr/bin::');
  });
});

describe.skipIf(process.platform === 'win32')('a program started from the Finder', () => {
  let home: string;
  const path = process.env.PATH;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'cachewright-helpers-'));
    const helper = join(home, '.docker/bin/docker-credential-finder');
    await mkdir(join(home, '.docker/bin'), { recursive: true });
    await writeFile(helper, `#!/bin/sh\necho '{"Username":"ann","Secret":"s"}'\n`);
    await chmod(helper, 0o755);
    await writeFile(join(home, '.docker/config.json'), JSON.stringify({ credsStore: 'finder' }));
  });
  afterEach(async () => {
    process.env.PATH = path;
    await rm(home, { recursive: true, force: true });
  });

  it('signs in with the helper that Docker Desktop put into the home folder', async () => {
    const credentials = createDockerCredentialSource(join(home, '.docker'));
    process.env.PATH = FINDER_PATH;
    await expect(credentials('registry.example')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    process.env.PATH = pathWithHelpers(FINDER_PATH, 'darwin', home);
    await expect(credentials('registry.example')).resolves.toEqual({ username: 'ann', password: 's' });
  });
});
