import { dirname } from 'node:path';
import { close, type Descriptor } from './descriptors.ts';
import type { Disk } from './disk.ts';

/** A file that is written and checked, on its way to its place. */
interface Commit {
  readonly file: Descriptor;
  readonly from: string;
  readonly to: string;
  readonly done: (error?: unknown) => void;
}

/**
 * Makes finished files durable and visible, many at once: fsync all, rename all, one fsync a folder. Whatever comes
 * while a group is on its way becomes the next group, so that a single writer never waits for company and a hundred
 * writers share the price of one.
 */
export interface GroupCommit {
  /** Resolves when the file is durable in its place. Closes it in any case. Rejects with why this one file failed. */
  commit(file: Descriptor, from: string, to: string): Promise<void>;
}

/** Creates a queue over a disk. */
export function createGroupCommit(disk: Disk): GroupCommit {
  let waiting: Commit[] = [];
  let running = false;

  const run = async () => {
    running = true;
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      await commitGroup(disk, group);
    }
    running = false;
  };

  return {
    commit: (file, from, to) =>
      new Promise((resolve, reject) => {
        waiting.push({ file, from, to, done: (error) => (error === undefined ? resolve() : reject(error)) });
        if (!running) void run();
      }),
  };
}

/** Never rejects: every commit of the group is told its own end. */
async function commitGroup(disk: Disk, group: readonly Commit[]): Promise<void> {
  const renamed = await Promise.all(
    group.map(async (commit) => {
      try {
        try {
          await disk.sync(commit.file);
        } finally {
          close(commit.file);
        }
        return commit;
      } catch (error) {
        commit.done(error);
        return undefined;
      }
    }),
  ).then((synced) => Promise.all(synced.map((commit) => commit && renameOne(disk, commit))));

  const byFolder = Map.groupBy(
    renamed.filter((commit) => commit !== undefined),
    (commit) => dirname(commit.to),
  );
  for (const [folder, commits] of byFolder) {
    let failure: unknown;
    try {
      await disk.syncFolder(folder);
    } catch (error) {
      failure = error ?? new Error('fsync failed');
    }
    for (const commit of commits) commit.done(failure);
  }
}

async function renameOne(disk: Disk, commit: Commit): Promise<Commit | undefined> {
  try {
    await disk.rename(commit.from, commit.to);
    return commit;
  } catch (error) {
    commit.done(error);
    return undefined;
  }
}
