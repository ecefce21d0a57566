import { createHash } from 'node:crypto';
import { basename, relative } from 'node:path';
import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import type { Problem } from '../../../shared/model/source.ts';
import { readMetas } from '../../engine/bolt/meta.ts';
import { type BoltDatabase, openBolt } from '../../engine/bolt/open.ts';
import { stateSnapshot } from '../../engine/daemon/state-snapshot.ts';
import type { ReadProgress, SourceBlob, SourceSnapshot } from '../../engine/ports/cache-source.ts';
import { systemClock } from '../../engine/ports/clock.ts';
import { type DatabaseFile, openDatabaseFile } from './database-file.ts';
import { findState, type StateFiles } from './find-state.ts';
import { listBlobs } from './list-blobs.ts';
import { isHeldByDaemon } from './live-daemon.ts';

const TRIES = 3;
const PAUSE_MS = 60;
/** A file up to here is part of the fingerprint as a whole, so that damage shows; of a larger one its meta pages are. */
const WHOLE_BYTES = 64 << 20;
const HASHED_AT_ONCE = 1 << 20;

/** The databases of a daemon, open. */
interface OpenState extends Disposable {
  readonly files: StateFiles;
  readonly databases: readonly DatabaseFile[];
  of(path: string | undefined): DatabaseFile | undefined;
}

/** The fingerprint of a state folder as it is now. @throws `NOT_FOUND`, `ACCESS_DENIED` */
export function readFingerprint(root: string): string {
  using state = openState(root);
  return fingerprintOf(state, isHeld(state), listAll(state.files));
}

/**
 * Reads a state folder whole. A daemon changes the meta page of a database last, and only then reuses the pages of the
 * state before: what was read is one state if all meta pages are afterwards as they were. Else it is read again, three
 * times at most; what was read last counts then, page by page as it could be checked, and a problem says so.
 * @throws what makes it unreadable: `UNSUPPORTED_FORMAT` for a database whose meta pages are both damaged
 */
export async function readState(root: string, onProgress: (progress: ReadProgress) => void): Promise<SourceSnapshot> {
  using state = openState(root);
  for (let attempt = 1; ; attempt += 1) {
    const before = metasOf(state);
    const held = isHeld(state);
    onProgress({ phase: 'Reading databases', done: 0, unit: 'records' });
    const blobs = listAll(state.files);
    const fingerprint = fingerprintOf(state, held, blobs);
    const outcome = await attempted(() => snapshotOf(state, blobs, fingerprint));
    for (const database of state.databases) database.refresh();
    const isStill = metasOf(state) === before;
    if (isStill || attempt === TRIES) {
      const { snapshot } = outcome;
      if (!snapshot) throw outcome.error;
      const moving = !isStill ? [changing(root)] : held ? [inUse(root)] : [];
      return { ...snapshot, problems: [...moving, ...snapshot.problems] };
    }
    await systemClock.wait(PAUSE_MS * attempt);
  }
}

async function attempted(
  read: () => Promise<SourceSnapshot>,
): Promise<{ readonly snapshot?: SourceSnapshot; readonly error?: unknown }> {
  try {
    return { snapshot: await read() };
  } catch (error) {
    return { error };
  }
}

function openState(root: string): OpenState {
  const files = findState(root);
  const paths = [
    files.cache,
    files.history,
    ...files.workers.flatMap(({ metadata, containerd }) => [metadata, containerd]),
  ].filter((path) => path !== undefined);
  if (files.workers.length === 0) {
    throw new CacheError('NOT_FOUND', 'There is no worker of a BuildKit daemon in this folder any more.', {
      subject: root,
    });
  }
  const databases: DatabaseFile[] = [];
  try {
    for (const path of paths) databases.push(openDatabaseFile(path));
  } catch (error) {
    for (const database of databases) database[Symbol.dispose]();
    throw error;
  }
  return {
    files,
    databases,
    of: (path) => databases.find((database) => database.path === path),
    [Symbol.dispose]() {
      for (const database of databases) database[Symbol.dispose]();
    },
  };
}

function isHeld({ files, databases }: OpenState): boolean {
  return isHeldByDaemon(files.root, databases);
}

async function snapshotOf(state: OpenState, blobs: ReadonlyMap<string, readonly SourceBlob[]>, fingerprint: string) {
  const problems: Problem[] = [];
  const needed = (path: string | undefined): BoltDatabase | undefined => {
    const file = state.of(path);
    return file && openBolt(file);
  };
  /** A database that adds to the others: without it the rest is as good. */
  const optional = (path: string | undefined): BoltDatabase | undefined => {
    try {
      return needed(path);
    } catch (error) {
      if (!isCacheError(error)) throw error;
      problems.push(error.toJSON());
      return undefined;
    }
  };
  const workers = state.files.workers.flatMap(({ name, metadata, containerd, content }) => {
    const db = needed(metadata);
    return db ? [{ name, metadata: db, containerd: optional(containerd), blobs: blobs.get(content ?? '') ?? [] }] : [];
  });
  const cache = needed(state.files.cache);
  const snapshot = await stateSnapshot({ cache, history: optional(state.files.history), workers }, fingerprint);
  return { ...snapshot, problems: [...problems, ...snapshot.problems] };
}

function listAll({ workers }: StateFiles): ReadonlyMap<string, readonly SourceBlob[]> {
  const folders = new Set(workers.flatMap(({ content }) => content ?? []));
  return new Map([...folders].map((folder) => [folder, listBlobs(folder)]));
}

/** The meta pages of all databases, as text. One that has none is told by the read. */
function metasOf({ databases }: OpenState): string {
  return databases
    .map((file) => {
      try {
        return readMetas(file).map((meta) => `${meta.transaction}:${meta.rootPage}:${meta.highWater}`);
      } catch {
        return 'none';
      }
    })
    .join(' ');
}

function fingerprintOf(
  { files, databases }: OpenState,
  held: boolean,
  blobs: ReadonlyMap<string, readonly SourceBlob[]>,
): string {
  const hash = createHash('sha256');
  hash.update(held ? 'in use\n' : 'at rest\n');
  for (const file of databases) {
    hash.update(`${relative(files.root, file.path)} ${file.size}\n`);
    if (file.size > WHOLE_BYTES) hash.update(file.readAt(0, Math.min(file.size, 128 << 10)));
    else {
      for (let at = 0; at < file.size; at += HASHED_AT_ONCE) {
        hash.update(file.readAt(at, Math.min(HASHED_AT_ONCE, file.size - at)));
      }
    }
  }
  for (const [folder, list] of blobs) {
    hash.update(`${relative(files.root, folder)}\n`);
    for (const { digest, size, problem = '' } of list) hash.update(`${digest} ${size} ${problem}\n`);
  }
  return `sha256:${hash.digest('hex')}`;
}

function inUse(root: string): Problem {
  return {
    code: 'UNAVAILABLE',
    subject: basename(root),
    message: 'A snapshot in motion: a daemon has this folder open.',
    hint: 'What was read is one state of it; what is built from now on shows after a refresh.',
  };
}

function changing(root: string): Problem {
  return {
    code: 'UNAVAILABLE',
    subject: basename(root),
    message: 'A snapshot in motion: the databases changed each time while they were read.',
    hint: 'Records may be of different moments. Refresh when no build is running.',
  };
}
