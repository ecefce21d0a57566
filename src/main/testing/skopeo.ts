import { spawnSync } from 'node:child_process';

/** True where Debian's `skopeo` is installed; prints why its tests are skipped otherwise. */
export function hasSkopeo(): boolean {
  const found = spawnSync('skopeo', ['--version']).status === 0;
  if (!found) process.stdout.write('skipped: the test on skopeo needs the package skopeo\n');
  return found;
}
