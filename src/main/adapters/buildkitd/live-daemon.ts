import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LOCK_FILE } from './layout.ts';

/**
 * True while a daemon has the databases open. Linux tells who holds a lock; elsewhere the daemon's lock file does, which
 * a crash leaves behind.
 */
export function isHeldByDaemon(root: string, inodes: readonly bigint[]): boolean {
  const held = lockedInodes();
  if (held === undefined) return statSync(join(root, LOCK_FILE), { throwIfNoEntry: false }) !== undefined;
  const lock = statSync(join(root, LOCK_FILE), { throwIfNoEntry: false, bigint: true });
  return [...inodes, ...(lock ? [lock.ino] : [])].some((inode) => held.has(inode));
}

/** Inodes with a lock for writing on them; undefined where the system does not tell. */
function lockedInodes(): ReadonlySet<bigint> | undefined {
  try {
    const lines = readFileSync('/proc/locks', 'utf8').split('\n');
    // 1: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF
    return new Set(
      lines.flatMap((line) => {
        const inode = /\sWRITE\s+-?\d+\s+[0-9a-f]+:[0-9a-f]+:(\d+)\s/.exec(line)?.[1];
        return inode === undefined ? [] : [BigInt(inode)];
      }),
    );
  } catch {
    return undefined;
  }
}
