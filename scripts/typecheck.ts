// Type-checks every runtime with its own tsconfig: what a folder may touch is decided by its `lib` and `types`.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One for each runtime, as an editor finds them. */
const { references } = JSON.parse(readFileSync('tsconfig.json', 'utf8')) as {
  readonly references: readonly { readonly path: string }[];
};

let failed = 0;
for (const { path } of references) {
  const run = spawnSync('tsc', ['-p', join(path, 'tsconfig.json')], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (run.status !== 0) failed += 1;
}
process.exit(failed === 0 ? 0 : 1);
