import { closeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDisk } from './disk.ts';

// A call for what cannot be synced fails: that is how it is seen that the system is asked at all.
test('syncs files and folders by the system, unless told not to', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cachewright-disk-'));
  try {
    const disk = createDisk();
    const file = await disk.create(join(folder, 'file'));
    await disk.sync(file);
    await disk.syncFolder(folder);
    closeSync(file);
    await expect(disk.sync(file)).rejects.toMatchObject({ code: 'EBADF' });
    if (process.platform !== 'win32') {
      await expect(disk.syncFolder(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
    }
    const fast = createDisk({ sync: false });
    await fast.sync(file);
    await fast.syncFolder(join(folder, 'none'));
  } finally {
    await rm(folder, { recursive: true });
  }
});
