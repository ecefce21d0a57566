import { existsSync, fstatSync, lstatSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { createDisk, type Disk } from '../disk.ts';

/** A file as it is known to the program, and as much of it as has reached the disk. */
interface Content {
  bytes: Buffer;
  durable: Buffer;
}

/** Names of files, each with what it leads to. */
type Names = Map<string, Content>;

/**
 * What a loss of power takes: names that no fsync of their folder made durable, or only bytes that none of their file did.
 * Removed names come back with the first, and stay away with `all but removals`: a file system may do either.
 */
export type Loss = 'names and bytes' | 'bytes' | 'all but removals';

/** A disk that remembers all that goes through it. */
export interface RecordingDisk {
  readonly disk: Disk;
  /** What is on the disk if the power goes before each step: paths below the root, with their bytes. */
  readonly moments: readonly ReadonlyMap<string, Buffer>[];
  /** The same for now. */
  now(): ReadonlyMap<string, Buffer>;
}

/** Records what happens below a folder. What lies there at the start is durable. */
export async function recordDisk(root: string, loss: Loss): Promise<RecordingDisk> {
  const names: Names = new Map();
  const durable: Names = new Map();
  const byInode = new Map<number, Content>();
  const moments: ReadonlyMap<string, Buffer>[] = [];
  /** Folders that are gone; they come back until an fsync of the folder that held them. */
  const goneFolders = new Set<string>();
  /** Folders that no fsync of the folder above has made durable: what lies in them is gone with them. */
  const newFolders = new Set<string>();
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    const content = { bytes, durable: bytes };
    names.set(path, content);
    durable.set(path, content);
    byInode.set(lstatSync(path).ino, content);
  }
  const now = () => {
    const kept = loss === 'bytes' ? names : durable;
    const isKept = (path: string) => loss === 'bytes' || ![...newFolders].some((one) => path.startsWith(one + sep));
    const paths = [...kept].filter(([path]) => isKept(path));
    return new Map(paths.map(([path, content]) => [relative(root, path), content.durable]));
  };
  const moment = () => moments.push(now());
  const real = createDisk({ sync: false });
  const rename = (from: string, to: string) => {
    const content = names.get(from);
    if (!content) return;
    names.set(to, content);
    names.delete(from);
  };
  const disk: Disk = {
    ...real,
    create: async (path) => {
      moment();
      const file = await real.create(path);
      const content: Content = { bytes: Buffer.alloc(0), durable: Buffer.alloc(0) };
      names.set(path, content);
      byInode.set(fstatSync(file).ino, content);
      return file;
    },
    write: async (file, chunk) => {
      const content = byInode.get(fstatSync(file).ino);
      if (content) content.bytes = Buffer.concat([content.bytes, chunk]);
      await real.write(file, chunk);
    },
    sync: async (file) => {
      moment();
      const content = byInode.get(fstatSync(file).ino);
      if (content) content.durable = content.bytes;
    },
    syncFolder: async (folder) => {
      moment();
      for (const path of [...durable.keys()]) if (dirname(path) === folder && !names.has(path)) durable.delete(path);
      for (const [path, content] of names) if (dirname(path) === folder) durable.set(path, content);
      for (const one of newFolders) if (dirname(one) === folder) newFolders.delete(one);
      for (const gone of goneFolders) {
        if (dirname(gone) !== folder) continue;
        for (const path of [...durable.keys()]) if (path.startsWith(gone + sep)) durable.delete(path);
      }
    },
    makeFolder: async (path) => {
      for (let one = path; one !== dirname(one) && !existsSync(one); one = dirname(one)) newFolders.add(one);
      await real.makeFolder(path);
      goneFolders.delete(path);
    },
    removeFolder: async (path) => {
      moment();
      await real.removeFolder(path);
      goneFolders.add(path);
    },
    rename: async (from, to) => {
      moment();
      await real.rename(from, to);
      rename(from, to);
    },
    renameAll: async (moves, onProgress, beforeStretch) => {
      moment();
      const absent = await real.renameAll(moves, onProgress, beforeStretch);
      for (const { from, to } of moves) rename(from, to);
      return absent;
    },
    link: async (from, to) => {
      moment();
      await real.link(from, to);
      const content = names.get(from);
      if (content) names.set(to, content);
    },
    clone: async (from, to) => {
      moment();
      await real.clone(from, to);
      const content = { bytes: await readFile(to), durable: Buffer.alloc(0) };
      names.set(to, content);
      byInode.set(lstatSync(to).ino, content);
    },
    remove: async (path) => {
      moment();
      await real.remove(path);
      names.delete(path);
      if (loss === 'all but removals') durable.delete(path);
    },
  };
  return { disk, moments, now };
}

/** Puts a moment into a new folder. Locks and leases are those of a process that runs, as a power loss leaves none: not put. */
export async function replay(files: ReadonlyMap<string, Buffer>, to: string): Promise<void> {
  for (const [path, bytes] of files) {
    if (/[/\\](locks|leases)[/\\]/.test(path)) continue;
    await mkdir(dirname(join(to, path)), { recursive: true });
    await writeFile(join(to, path), bytes);
  }
}
