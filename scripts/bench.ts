// Runs benches: all of bench/*.bench.ts, or those named: `npm run bench -- open content [--rounds N] [--full]`; a name also stands
// for those that begin with it. At the end the table of all reports there are goes to artifacts/bench/table.md. Fails when a
// bench cannot be run; a goal that was not met is said, and is no failure: it depends on the machine.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type BenchReport, REPORTS, tableRow } from '../bench/harness.ts';
import { DISK_THREADS } from '../src/main/system/disk-threads.ts';

const FOLDER = join(import.meta.dirname, '../bench');
const all = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.slice(0, -'.bench.ts'.length));
const { positionals: wanted, values } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string' }, full: { type: 'boolean' } },
});
const stands = (word: string, name: string) => name === word || name.startsWith(`${word}-`);
const unknown = wanted.filter((word) => !all.some((name) => stands(word, name)));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}. There are: ${all.join(', ')}.`);
  process.exit(2);
}

const chosen = all.filter((name) => wanted.length === 0 || wanted.some((word) => stands(word, name)));
const folder = mkdtempSync(join(tmpdir(), 'cachewright-bench-'));
process.once('SIGINT', () => process.exit(130));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

// As the program starts: ours and a peer that is a library of Node.
const env = { UV_THREADPOOL_SIZE: DISK_THREADS, ...process.env };
let failed = 0;
for (const name of chosen) {
  const args = ['--expose-gc', join(FOLDER, `${name}.bench.ts`), '--in', folder];
  if (values.rounds !== undefined) args.push('--rounds', values.rounds);
  if (values.full) args.push('--full');
  if (spawnSync(process.execPath, args, { stdio: 'inherit', env }).status !== 0) failed += 1;
}
process.exitCode = failed > 0 ? 1 : 0;

const rows = readdirSync(REPORTS)
  .filter((file) => file.endsWith('.json'))
  .map((file) => tableRow(JSON.parse(readFileSync(join(REPORTS, file), 'utf8')) as BenchReport));
const table = ['| what | Cachewright | peer | ratio | goal |', '|---|---|---|---|---|', ...rows].join('\n');
writeFileSync(join(REPORTS, 'table.md'), `${table}\n`);
console.log(table);
