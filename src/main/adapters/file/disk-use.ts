import type { Stats } from 'node:fs';
import * as fs from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { toCacheError } from '../../../shared/base/errors.ts';
import { DIGEST_ALGORITHMS, isDigest } from '../../../shared/oci/digest.ts';
import type { DiskUse, FolderUse } from '../../engine/ports/disk-use.ts';
import { layoutOf, type StoreLayout } from './layout.ts';
import { folderState } from './layout-folder.ts';

/** Files looked at together. */
const AT_ONCE = 64;

/** Measures layouts, stores, and the disks they lie on. Links are counted and never followed. */
export function createDiskUse(): DiskUse {
  return {
    use: async (location, known) => {
      const layout = layoutOf(location);
      const state = await folderState(layout).catch(() => 'other' as const);
      return state === 'layout' || state === 'store' ? measure(layout, known?.blobBytes) : undefined;
    },
    space: async (location) => {
      const found = await fs.statfs(location).catch(() => undefined);
      return found && { totalBytes: found.blocks * found.bsize, freeBytes: found.bavail * found.bsize };
    },
  };
}

type Part = keyof FolderUse;

async function measure(layout: StoreLayout, blobBytes: number | undefined): Promise<FolderUse> {
  const use = { totalBytes: 0, blobBytes: 0, trashBytes: 0, setAsideBytes: 0 };
  const seen = new Set<string>();
  const add = (stat: Stats, part: Part | undefined): void => {
    if (stat.nlink > 1 && !stat.isDirectory()) {
      const name = `${stat.dev} ${stat.ino}`;
      if (seen.has(name)) return;
      seen.add(name);
    }
    use.totalBytes += stat.size;
    if (part !== undefined) use[part] += stat.size;
  };
  const partOf = (folder: string, name: string, inherited: Part | undefined): Part | undefined => {
    if (inherited !== undefined) return inherited;
    if (folder === layout.trash) return 'trashBytes';
    if (folder === layout.quarantine) return 'setAsideBytes';
    const algorithm = folder.startsWith(layout.blobs + sep) ? folder.slice(layout.blobs.length + 1) : undefined;
    return algorithm !== undefined && isDigest(`${algorithm}:${name}`) ? 'blobBytes' : undefined;
  };
  const isKnown = (folder: string, path: string): boolean =>
    blobBytes !== undefined && folder === layout.blobs && basename(path) in DIGEST_ALGORITHMS;
  const walk = async (folder: string, inherited: Part | undefined): Promise<void> => {
    const names = await fs.readdir(folder).catch((error: unknown) => {
      // Gone since it was listed: its bytes are too.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw toCacheError(error, folder);
    });
    const folders: { readonly path: string; readonly part: Part | undefined }[] = [];
    for (let start = 0; start < names.length; start += AT_ONCE) {
      const looks = names.slice(start, start + AT_ONCE).map(async (name) => {
        const path = join(folder, name);
        const stat = await fs.lstat(path).catch(() => undefined);
        if (!stat) return;
        const part = partOf(folder, name, inherited);
        add(stat, part);
        if (stat.isDirectory()) folders.push({ path, part });
      });
      await Promise.all(looks);
    }
    for (const { path, part } of folders) if (!isKnown(folder, path)) await walk(path, part);
  };
  const root = await fs.lstat(layout.root).catch((error: unknown) => {
    throw toCacheError(error, layout.root);
  });
  add(root, undefined);
  await walk(layout.root, undefined);
  use.blobBytes += blobBytes ?? 0;
  use.totalBytes += blobBytes ?? 0;
  return use;
}
