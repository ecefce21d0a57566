import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LOCK_FILE } from './layout.ts';

/** Which file something is, whatever it is called. */
export interface FileIdentity {
  readonly device: bigint;
  readonly inode: bigint;
}

/**
 * True while a daemon has the databases open. Linux tells who holds a lock; elsewhere the daemon's lock file does, which
 * a crash leaves behind.
 */
export function isHeldByDaemon(root: string, databases: readonly FileIdentity[]): boolean {
  const locks = lockedFiles();
  const lock = statSync(join(root, LOCK_FILE), { throwIfNoEntry: false, bigint: true });
  if (locks === undefined) return lock !== undefined;
  const files = lock ? [...databases, { device: lock.dev, inode: lock.ino }] : databases;
  return files.some(({ device, inode }) => {
    return locks.some((held) => held.inode === inode && (held.device === device || isAnonymous(device)));
  });
}

/** Devices of file systems that are no disk themselves (overlay, btrfs): the list of locks has another number for them. */
function isAnonymous(device: bigint): boolean {
  return majorOf(device) === 0n;
}

function majorOf(device: bigint): bigint {
  return ((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n);
}

/** Files with a lock for writing on them; undefined where the system does not tell. */
function lockedFiles(): readonly FileIdentity[] | undefined {
  try {
    return readFileSync('/proc/locks', 'utf8').split('\n').flatMap(parseLock);
  } catch {
    return undefined;
  }
}

/** `1: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF`: process, device in hexadecimal, inode. */
function parseLock(line: string): FileIdentity[] {
  const [, major, minor, inode] = /\sWRITE\s+-?\d+\s+([0-9a-f]+):([0-9a-f]+):(\d+)\s/.exec(line) ?? [];
  if (major === undefined || minor === undefined || inode === undefined) return [];
  return [{ device: deviceOf(BigInt(`0x${major}`), BigInt(`0x${minor}`)), inode: BigInt(inode) }];
}

/** As Linux packs the two numbers into `st_dev`. */
function deviceOf(major: bigint, minor: bigint): bigint {
  return ((major & 0xfffn) << 8n) | (minor & 0xffn) | ((minor & ~0xffn) << 12n) | ((major & ~0xfffn) << 32n);
}
