import { homedir } from 'node:os';
import { join } from 'node:path';

/** A path with `~` at its start replaced by the home folder, as a shell does. `~name` stays as it is. */
export function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}
