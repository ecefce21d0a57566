import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const MAIN = join(import.meta.dirname, 'main.ts');

/** Runs the program on a location. */
async function inspect(location: string) {
  const folder = await mkdtemp(join(tmpdir(), 'cachewright-few-'));
  try {
    const env = { ...process.env, CACHEWRIGHT_STATE_DIR: folder, CACHEWRIGHT_CACHE_DIR: folder };
    const { status, stderr } = spawnSync(process.execPath, [MAIN, 'inspect', location], { env, encoding: 'utf8' });
    return { status, stderr };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test.skipIf(process.platform !== 'linux')(
  'a file of the kernel that cannot be read is no bug',
  async () => {
    const { status, stderr } = await inspect('/proc/self/mem');
    expect(stderr).toMatch(/^UNAVAILABLE \/proc\/self\/mem/m);
    expect(status).toBe(3);
  },
  60_000,
);
