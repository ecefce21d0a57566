import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** True when `built` is missing, or older than the newest of these files and of everything below these folders. */
export async function isOlderThanSources(built: string, sources: readonly string[]): Promise<boolean> {
  const builtAt = await stat(built).then(
    (found) => found.mtimeMs,
    () => undefined,
  );
  if (builtAt === undefined) return true;
  return (await Promise.all(sources.map(newestBelow))).some((changedAt) => changedAt > builtAt);
}

async function newestBelow(path: string): Promise<number> {
  const found = await stat(path);
  if (!found.isDirectory()) return found.mtimeMs;
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name));
  const times = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).mtimeMs));
  return Math.max(0, ...times);
}
