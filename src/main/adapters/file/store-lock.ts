import { randomInt } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { CacheError, throwIfAborted, toCacheError } from '../../../shared/base/errors.ts';
import { systemClock } from '../../engine/ports/clock.ts';
import type { LockOptions } from '../../engine/ports/managed-store.ts';
import { createTurns } from '../../engine/streams/turns.ts';
import { close } from './descriptors.ts';
import type { Disk } from './disk.ts';
import { namesIn } from './layout-folder.ts';
import { isOwnerGone, ownedName, ownerOf } from './owner.ts';

/** How long one process waits for another: a prune of a very large store takes minutes. */
const PATIENCE_MS = 600_000;

/** Where lock files lie. */
export interface LockPlace {
  readonly folder: string;
  readonly pathOf: (name: string) => string;
}

/**
 * A lock between processes, without one that can be left behind.
 *
 * Everyone who wants it puts a file of their own into the folder and only then looks: whoever finds no other living
 * process's file holds the lock. Two who look after both put theirs in see each other, so never two hold it; the file
 * of a process that is gone counts for nothing and is cleared away by its own name, which nobody else ever has. Names
 * begin with a ticket (the time of asking), the lowest ticket waits in place and the others step back, so that it is
 * the turn of who asked first.
 *
 * Within a process the waiting is a queue.
 */
export async function withLock<T>(
  place: LockPlace,
  disk: Disk,
  options: LockOptions,
  body: () => Promise<T>,
): Promise<T> {
  return turns.take(place.folder, options.signal, async () => {
    const path = await acquire(place, disk, options);
    try {
      return await body();
    } finally {
      await disk.remove(path);
    }
  });
}

/** Who waits for which folder, in this process. */
const turns = createTurns();

/** @returns the path of the file that stands for the lock */
async function acquire(place: LockPlace, disk: Disk, options: LockOptions): Promise<string> {
  const asked = systemClock.now();
  const name = ownedName('lock', `${String(asked).padStart(15, '0')}-`);
  const path = place.pathOf(name);
  let standing = false;
  let hasWaited = false;
  try {
    while (true) {
      throwIfAborted(options.signal);
      if (!standing) {
        close(await disk.create(path));
        standing = true;
      }
      const others = (await livingLocks(place, disk)).filter((other) => other !== name).sort();
      const first = others[0];
      if (first === undefined) return path;
      if (!hasWaited) options.onWait?.(ownerOf(first)?.pid ?? 0);
      hasWaited = true;
      if (systemClock.now() - asked > PATIENCE_MS) throw lockedBy(first, place.pathOf(first));
      if (first < name) {
        await disk.remove(path);
        standing = false;
      }
      await systemClock.wait(randomInt(2, 25), options.signal);
    }
  } catch (error) {
    if (standing) await disk.remove(path);
    throw toCacheError(error, place.folder);
  }
}

/** Whether a living process holds the lock, or waits for it. */
export async function isLocked(place: LockPlace, disk: Disk): Promise<boolean> {
  return (await livingLocks(place, disk)).length > 0;
}

/** Names of the locks whose process still runs; the others are cleared away. */
async function livingLocks(place: LockPlace, disk: Disk): Promise<string[]> {
  const living: string[] = [];
  for (const name of (await namesIn(place.folder)) ?? []) {
    const owner = name.endsWith('.lock') ? ownerOf(name) : undefined;
    if (!owner) continue;
    const stat = await fs.lstat(place.pathOf(name)).catch(() => undefined);
    if (!stat) continue;
    if (isOwnerGone(owner, stat.mtimeMs)) await disk.remove(place.pathOf(name));
    else living.push(name);
  }
  return living;
}

function lockedBy(name: string, path: string): CacheError {
  return new CacheError('UNAVAILABLE', `Process ${ownerOf(name)?.pid} is working in this store.`, {
    subject: path,
    hint: 'Wait until it is done. If it runs on another machine that is gone, remove this file.',
  });
}
