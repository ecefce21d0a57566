import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { isCacheError, toCacheError } from '../../../shared/base/errors.ts';
import {
  DIGEST_ALGORITHMS,
  type Digest,
  type DigestAlgorithm,
  isDigest,
  splitDigest,
} from '../../../shared/oci/digest.ts';
import type { Batch, BlobPlace, FoundBatch, StoreFiles, StoreNote } from '../../engine/ports/store-files.ts';
import { close, openForReading } from './descriptors.ts';
import type { Disk } from './disk.ts';
import { readIndexFile, replaceIndexFile } from './index-file.ts';
import { isBatchName, planOfFile, type StoreLayout } from './layout.ts';
import { entriesIn, exists, namesIn, placeText } from './layout-folder.ts';
import { leasedDigests } from './leases.ts';
import { readPlainFile, readPlainText } from './plain-text.ts';
import { readChunks } from './read-chunks.ts';
import { giveUpReserve } from './reserve.ts';

const ALGORITHMS = Object.keys(DIGEST_ALGORITHMS) as DigestAlgorithm[];

/** What lies in the folder of a batch, besides one for each algorithm. */
const NOTE = 'batch.json';
const MARK = 'deleting.json';

/** The files of a store in a folder. Blobs move by renames. `disk` looks at every folder before it goes through it. */
export function createStoreFiles(layout: StoreLayout, disk: Disk, now: () => number): StoreFiles {
  const batchOf = ({ kind, name }: Batch) =>
    kind === 'trash' ? layout.trashBatch(name) : layout.quarantineBatch(name);
  const folderOf = (place: BlobPlace, algorithm: DigestAlgorithm) =>
    place === 'blobs' ? layout.blobFolder(algorithm) : batchOf(place).folderOf(algorithm);
  const pathIn = (place: BlobPlace, digest: Digest) =>
    place === 'blobs' ? layout.blob(digest) : batchOf(place).blob(digest);
  const pathOf = ({ kind, name }: StoreNote): string => {
    if (kind === 'journal') return layout.journalEntry(name);
    return kind === 'plan' ? layout.plan(name) : batchOf({ kind, name }).note;
  };
  const parentOf = ({ kind, name }: StoreNote): string => {
    if (kind === 'journal') return layout.journal;
    return kind === 'plan' ? layout.plans : batchOf({ kind, name }).folder;
  };

  return {
    location: layout.root,
    now,
    readIndex: () => readIndexFile(layout),
    replaceIndex: (from, text) => replaceIndexFile(layout, disk, from, text),
    pathOf,

    readNote: (note) => unlessAbsent(readPlainText(pathOf(note))),
    async placeNote(note, text) {
      await disk.makeFolder(parentOf(note));
      await placeText(layout, disk, pathOf(note), text);
    },
    async deleteNote(note) {
      if (!(await exists(pathOf(note)))) return;
      await disk.remove(pathOf(note));
      await disk.syncFolder(parentOf(note));
    },
    async listNotes(kind) {
      const notes: { name: string; changedAt: number }[] = [];
      for (const file of (await namesIn(kind === 'plan' ? layout.plans : layout.journal)) ?? []) {
        const name = planOfFile(file);
        if (name === undefined) continue;
        const stat = await fs.lstat(pathOf({ kind, name })).catch(() => undefined);
        if (stat?.isFile()) notes.push({ name, changedAt: stat.mtimeMs });
      }
      return notes;
    },

    folderOf: (batch) => batchOf(batch).folder,
    async batches(kind) {
      const found: FoundBatch[] = [];
      for (const entry of await entriesIn(kind === 'trash' ? layout.trash : layout.quarantine)) {
        if (!entry.isDirectory() || !isBatchName(entry.name)) continue;
        const batch = { kind, name: entry.name };
        const inside = await entriesIn(batchOf(batch).folder);
        const has = (name: string) => inside.some((one) => one.name === name);
        found.push({ ...batch, state: has(MARK) ? 'condemned' : has(NOTE) ? 'noted' : 'open' });
      }
      return found;
    },
    async holdsOnlyBlobs(batch) {
      const { folder, folderOf } = batchOf(batch);
      for (const entry of await entriesIn(folder)) {
        if ((entry.name === NOTE || entry.name === MARK) && entry.isFile()) continue;
        const algorithm = ALGORITHMS.find((each) => each === entry.name);
        if (!algorithm || !entry.isDirectory()) return false;
        const strange = (await entriesIn(folderOf(algorithm))).some(
          (one) => one.isDirectory() || !isDigest(`${algorithm}:${one.name}`),
        );
        if (strange) return false;
      }
      return true;
    },
    async condemn(batch) {
      const { folder, note, mark } = batchOf(batch);
      if (!(await exists(note))) return;
      await disk.rename(note, mark);
      await disk.syncFolder(folder);
    },
    async endBatch(batch) {
      const { folder, folderOf, mark } = batchOf(batch);
      const folders = ALGORITHMS.map(folderOf);
      for (const one of folders) await removeEmpty(disk, one);
      // While the mark is there, whoever comes next goes on here: it goes last.
      await disk.remove(mark);
      await removeEmpty(disk, folder);
      await disk.syncFolder(batch.kind === 'trash' ? layout.trash : layout.quarantine);
    },

    async list(place) {
      const digests: Digest[] = [];
      for (const algorithm of ALGORITHMS) {
        for (const name of (await namesIn(folderOf(place, algorithm))) ?? []) {
          const digest: string = `${algorithm}:${name}`;
          if (isDigest(digest)) digests.push(digest);
        }
      }
      return digests;
    },
    async look(place, digest) {
      const stat = await fs.lstat(pathIn(place, digest)).catch(() => undefined);
      return stat && { isFile: stat.isFile(), size: stat.isFile() ? stat.size : 0 };
    },
    read: (place, digest) => unlessAbsent(readPlainFile(pathIn(place, digest))),
    isWhole: (place, digest) => hasDigest(pathIn(place, digest), digest),
    async move(digests, from, to, onProgress) {
      const algorithms = ALGORITHMS.filter((each) => digests.some((digest) => splitDigest(digest).algorithm === each));
      const folders = (place: BlobPlace) => algorithms.map((algorithm) => folderOf(place, algorithm));
      if (to !== 'blobs') await disk.makeFolder(batchOf(to).folder);
      for (const folder of folders(to)) await disk.makeFolder(folder);
      const moves = digests.map((digest) => ({ from: pathIn(from, digest), to: pathIn(to, digest) }));
      const absent = await disk.renameAll(moves, onProgress);
      // New names first, old ones after: a crash between leaves a blob with both names, not with none.
      for (const folder of folders(to)) await disk.syncFolder(folder);
      if (to !== 'blobs') {
        await disk.syncFolder(batchOf(to).folder);
        await disk.syncFolder(to.kind === 'trash' ? layout.trash : layout.quarantine);
      }
      for (const folder of folders(from)) await disk.syncFolder(folder);
      return new Set([...absent].flatMap((at) => digests[at] ?? []));
    },
    async delete(place, digests) {
      for (const digest of digests) await disk.remove(pathIn(place, digest));
    },

    giveUpReserve: () => giveUpReserve(layout, disk),
    leased: () => leasedDigests(layout, disk),
  };
}

async function unlessAbsent<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isCacheError(error, 'NOT_FOUND')) return undefined;
    throw error;
  }
}

async function removeEmpty(disk: Disk, folder: string): Promise<void> {
  await disk.removeFolder(folder).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw toCacheError(error, folder);
  });
}

async function hasDigest(path: string, digest: Digest): Promise<boolean> {
  try {
    const { algorithm, hex } = splitDigest(digest);
    const { size } = await fs.lstat(path);
    const file = openForReading(path);
    try {
      const hash = createHash(algorithm);
      for await (const chunk of readChunks(file, size)) hash.update(chunk);
      return hash.digest('hex') === hex;
    } finally {
      close(file);
    }
  } catch {
    return false;
  }
}
