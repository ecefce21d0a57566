// Type-checks every runtime with its own tsconfig: what a folder may touch is decided by its `lib` and `types`.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** One tsconfig a runtime. */
const PROJECTS = [
  'src/shared/tsconfig.json',
  'src/main/tsconfig.json',
  'src/main/hosts/electron/tsconfig.json',
  'src/renderer/tsconfig.json',
  'e2e/tsconfig.json',
  'scripts/tsconfig.json',
];

let failed = 0;
for (const project of PROJECTS) {
  if (!existsSync(project)) {
    console.error(`${project} is missing`);
    failed += 1;
    continue;
  }
  const run = spawnSync('tsc', ['-p', project], { stdio: 'inherit', shell: process.platform === 'win32' });
  if (run.status !== 0) failed += 1;
}
process.exit(failed === 0 ? 0 : 1);
