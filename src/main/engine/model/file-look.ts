/** What a file looked like at some moment: another look means other bytes. */
export interface FileLook {
  readonly inode: number;
  readonly size: number;
  readonly modifiedMs: number;
}

/** Setting the access time of a file rounds its modification time. */
const ROUNDING_MS = 2;

/** Whether nobody has replaced the file or written to it in between. */
export function looksTheSame(then: FileLook, now: FileLook): boolean {
  return (
    then.inode === now.inode && then.size === now.size && Math.abs(then.modifiedMs - now.modifiedMs) <= ROUNDING_MS
  );
}
