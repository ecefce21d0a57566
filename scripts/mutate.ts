// Changes one thing of a file at a time and runs the tests near it: a change that no test notices is a promise that nothing
// holds. Not part of `npm test`. CONTRIBUTING.md says how to read it.
import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { applyMutant, type Mutant, mutantsOf } from './mutants.ts';

/** A mutant that may survive: the line it changes, as it stands there without its indent, and why nothing can notice. */
interface Accepted {
  readonly file: string;
  readonly text: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}
interface Change extends Mutant {
  readonly file: string;
  readonly text: string;
}

const ROOT = resolve(import.meta.dirname, '..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    'at-most': { type: 'string' },
    only: { type: 'string' },
    near: { type: 'boolean', default: false },
  },
});
if (positionals.length === 0) {
  console.error('Usage: npm run mutate -- PATH… [--at-most N [--seed N]] [--only FILE:LINE] [--near]');
  process.exit(2);
}

const listed = (args: readonly string[]): string[] =>
  spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
    .stdout.split('\0')
    .filter((name) => name !== '' && statSync(join(ROOT, name), { throwIfNoEntry: false })?.isFile());

const files = listed(['--', ...positionals]).filter(
  (name) => /\.tsx?$/.test(name) && !/\.(test|suite)\.tsx?$|\/testing\//.test(name),
);
const accepted = JSON.parse(readFileSync(join(ROOT, 'scripts/mutate-accepted.json'), 'utf8')) as readonly Accepted[];
const changes = pick(files.flatMap(changesOf));
if (changes.length === 0) {
  console.error('There is nothing to change in these files.');
  process.exit(2);
}

// The tree that people work in is never changed.
const copy = mkdtempSync(join(tmpdir(), 'cachewright-mutants-'));
process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
for (const name of listed([])) {
  mkdirSync(join(copy, dirname(name)), { recursive: true });
  copyFileSync(join(ROOT, name), join(copy, name));
}
symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));

const limits = new Map<string, number>();
for (const file of new Set(changes.map((change) => change.file))) {
  const start = performance.now();
  if ((await survives(file, 3_600_000)) === false) {
    console.error(`The tests near ${file} fail without any change: mend them first.`);
    process.exit(1);
  }
  limits.set(file, 3 * (performance.now() - start) + 30_000);
}

let killed = 0;
const survivors: Change[] = [];
let excused = 0;
for (const [at, change] of changes.entries()) {
  const path = join(copy, change.file);
  const source = readFileSync(path, 'utf8');
  writeFileSync(path, applyMutant(source, change));
  const lives = await survives(change.file, limits.get(change.file) ?? 0);
  writeFileSync(path, source);
  const reason = lives ? accepted.find((one) => isSame(one, change))?.reason : undefined;
  if (!lives) killed += 1;
  else if (reason === undefined) survivors.push(change);
  else excused += 1;
  const verdict = !lives ? 'killed' : reason === undefined ? 'SURVIVED' : `accepted: ${reason}`;
  console.log(`${at + 1}/${changes.length} ${wordsOf(change)}  ${verdict}`);
}
const share = (100 * killed) / Math.max(1, changes.length - excused);
console.log(`\n${killed} killed, ${survivors.length} survived, ${excused} accepted: score ${share.toFixed(1)} %`);
for (const change of survivors) console.log(`  ${wordsOf(change)}`);
process.exitCode = survivors.length === 0 ? 0 : 1;

function changesOf(file: string): Change[] {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const lines = source.split('\n');
  return mutantsOf(source).map((mutant) => ({ ...mutant, file, text: (lines[mutant.line - 1] ?? '').trim() }));
}

/** Those of one line, or a sample that the seed chooses, or all. */
function pick(all: readonly Change[]): readonly Change[] {
  if (values.only !== undefined) return all.filter(({ file, line }) => `${file}:${line}`.endsWith(values.only ?? ''));
  const count = Number(values['at-most'] ?? all.length);
  if (count >= all.length) return all;
  let state = Number(values.seed) >>> 0;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const drawn = all.map((change) => ({ change, order: random() })).sort((a, b) => a.order - b.order);
  return drawn.slice(0, count).map(({ change }) => change);
}

function isSame(one: Accepted, { file, text, from, to }: Change): boolean {
  return one.file === file && one.text === text && one.from === from && one.to === to;
}

function wordsOf({ file, line, from, to, text }: Change): string {
  const short = from.length > 40 ? `${from.slice(0, 39)}…` : from;
  return `${file}:${line}  ${short.replaceAll('\n', ' ')} -> ${to === '' ? 'nothing' : to}  in  ${text}`;
}

/** True where the tests pass: first those of the folder, and then, unless `--near`, all that the file leads to. */
async function survives(file: string, limitMs: number): Promise<boolean> {
  if (!(await passes(['run', dirname(file)], limitMs))) return false;
  return values.near || (await passes(['related', file, '--run'], limitMs));
}

/** A run that does not end in time counts as failed: a test has noticed that something waits for ever. */
function passes(args: readonly string[], limitMs: number): Promise<boolean> {
  const child = spawn(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', ...args, '--project', 'node', '--bail', '1', '--passWithNoTests'],
    { cwd: copy, stdio: 'ignore', detached: true },
  );
  return new Promise((done, failed) => {
    const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), limitMs);
    child.once('error', failed);
    child.once('close', (code) => {
      clearTimeout(timer);
      done(code === 0);
    });
  });
}
