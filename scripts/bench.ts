// Runs benches: all of bench/*.bench.ts, or those named: `npm run bench -- open page [--rounds N]`. Fails when one cannot be run;
// a goal that was not met is said, and is no failure: it depends on the machine.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const FOLDER = join(import.meta.dirname, '../bench');
const all = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.slice(0, -'.bench.ts'.length));
const { positionals: wanted, values } = parseArgs({ allowPositionals: true, options: { rounds: { type: 'string' } } });
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}. There are: ${all.join(', ')}.`);
  process.exit(2);
}

let failed = 0;
for (const name of wanted.length > 0 ? wanted : all) {
  const rounds = values.rounds === undefined ? [] : ['--rounds', values.rounds];
  const args = ['--expose-gc', join(FOLDER, `${name}.bench.ts`), ...rounds];
  if (spawnSync(process.execPath, args, { stdio: 'inherit' }).status !== 0) failed += 1;
}
process.exit(failed > 0 ? 1 : 0);
