import { lstatSync, type Stats } from 'node:fs';
import { toCacheError } from '../../../shared/base/errors.ts';
import type { Digest } from '../../../shared/oci/digest.ts';
import { systemClock } from '../../engine/ports/clock.ts';
import { errNotABlob, errNotFound } from '../../engine/ports/mote-errors.ts';
import { close, type Descriptor, openForReading } from './descriptors.ts';
import type { Disk } from './disk.ts';
import type { StoreLayout } from './layout.ts';
import { ownedName } from './owner.ts';

/** A blob held open for reading. */
export interface OpenBlob {
  readonly file: Descriptor;
  readonly size: number;
  close(): Promise<void>;
}

/** What blobs are read with. */
export interface BlobReading {
  readonly layout: StoreLayout;
  readonly disk: Disk;
  /** Whether a blob gets a second name while it is read. */
  readonly linkOnRead: boolean;
  /** Called when a file system gives no second names. */
  readonly onNoLinks: (error: unknown) => void;
}

/** The file of a blob, not followed. @returns undefined when nothing is there. @throws `CORRUPT` for what is no plain file */
export async function statBlob(path: string, digest: Digest): Promise<Stats | undefined> {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (!stat || stat.isFile()) return stat;
    throw errNotABlob(digest, stat.isDirectory() ? 'A folder' : 'A link or a special file');
  } catch (error) {
    throw toCacheError(error, digest);
  }
}

/**
 * Opens a blob so that a prune in the middle of reading takes nothing away: it is given a second name, which goes when
 * it is closed. @throws `NOT_FOUND`, `CORRUPT`, `ACCESS_DENIED`
 */
export async function openBlob(reading: BlobReading, digest: Digest): Promise<OpenBlob> {
  const path = reading.layout.blob(digest);
  const stat = await statBlob(path, digest);
  if (!stat) throw errNotFound(digest);
  const link = reading.linkOnRead ? await linkBlob(reading, path) : undefined;
  const forget = async () => {
    if (link !== undefined) await reading.disk.remove(link);
  };
  let file: Descriptor;
  try {
    file = openForReading(link ?? path);
  } catch (error) {
    await forget();
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw errNotFound(digest);
    throw toCacheError(error, digest);
  }
  await noteAccess(reading.disk, path, stat);
  let open = true;
  return {
    file,
    size: stat.size,
    close: async () => {
      if (!open) return;
      open = false;
      close(file);
      await forget();
    },
  };
}

async function linkBlob(reading: BlobReading, path: string): Promise<string | undefined> {
  const link = reading.layout.ingestEntry(ownedName('link'));
  try {
    await reading.disk.link(path, link);
    return link;
  } catch (error) {
    // The blob itself is gone: opening it says so. Anything else: this file system, or this folder, gives no links.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') reading.onNoLinks(error);
    return undefined;
  }
}

/** At most one note a minute. */
const ACCESS_STEP_MS = 60_000;

/** Sets the access time, which many file systems do not keep, so that a prune by access means something. */
async function noteAccess(disk: Disk, path: string, stat: Stats): Promise<void> {
  const now = systemClock.now();
  if (now - stat.atimeMs < ACCESS_STEP_MS) return;
  // A folder that cannot be written is read all the same.
  await disk.setTimes(path, now, stat.mtimeMs).catch(() => {});
}
