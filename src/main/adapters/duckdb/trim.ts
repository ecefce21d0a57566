import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** How much is kept where no list says what is still wanted. */
export interface CatalogLimit {
  /** Bytes of all together. The one used last is kept whatever its size. */
  readonly maxBytes: number;
  readonly maxSources: number;
}

/** Deletes the catalogs that were not used for the longest time, down to the limit. What cannot go, goes another time. */
export async function trimCatalogs(folder: string, limit: CatalogLimit): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const uses = await Promise.all(names.map((name) => useOf(join(folder, name))));
  uses.sort((a, b) => b.usedAt - a.usedAt);
  let bytes = 0;
  for (const [place, use] of uses.entries()) {
    bytes += use.bytes;
    if (place === 0 || (bytes <= limit.maxBytes && place < limit.maxSources)) continue;
    await rm(use.path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Size of all files, and the last change of any: a use touches one. */
async function useOf(path: string): Promise<{ path: string; bytes: number; usedAt: number }> {
  const names = await readdir(path).catch(() => []);
  const found = await Promise.all(names.map((name) => stat(join(path, name)).catch(() => undefined)));
  const bytes = found.reduce((sum, file) => sum + (file?.size ?? 0), 0);
  return { path, bytes, usedAt: Math.max(0, ...found.map((file) => file?.mtimeMs ?? 0)) };
}
