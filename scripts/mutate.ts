// Changes one thing of a file at a time and runs the tests near it: a change that no test notices is a promise that nothing
// holds. Not part of `npm test`. CONTRIBUTING.md says how to read it.
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
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
import type { Order, Outcome } from './mutate-tests.ts';

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
    tests: { type: 'string', multiple: true, default: [] },
    without: { type: 'string', multiple: true, default: [] },
  },
});
if (positionals.length === 0) {
  console.error(
    'Usage: npm run mutate -- PATH… [--at-most N [--seed N]] [--only FILE:LINE] [--near [--tests PATH]…] [--without TEXT]…',
  );
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

/** The process that runs tests. Another one takes its place when it had to be ended. */
let runner: ChildProcess | undefined;
// The tree that people work in is never changed.
const copy = mkdtempSync(join(tmpdir(), 'cachewright-mutants-'));
process.on('exit', () => {
  endRunner();
  rmSync(copy, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
for (const name of listed([])) {
  mkdirSync(join(copy, dirname(name)), { recursive: true });
  copyFileSync(join(ROOT, name), join(copy, name));
}
symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));

/** Tests that lead to a file, as they are run: what noticed most comes first, then the quick ones. */
const testsOf = new Map<string, string[]>();
const kills = new Map<string, number>();
const durations = new Map<string, number>();

for (const file of new Set(changes.map((change) => change.file))) {
  const tests = await choose(file);
  const unknown = tests.filter((test) => !durations.has(test));
  const outcome = await ask({ changed: file, run: unknown }, 3_600_000);
  if (outcome === undefined || !('took' in outcome) || outcome.failed !== undefined) {
    console.error(`The tests near ${file} fail without any change: mend them first. ${JSON.stringify(outcome)}`);
    process.exit(1);
  }
  for (const [test, ms] of Object.entries(outcome.took)) durations.set(test, ms);
  testsOf.set(file, tests);
}

let killed = 0;
const survivors: Change[] = [];
let excused = 0;
for (const [at, change] of changes.entries()) {
  const path = join(copy, change.file);
  const source = readFileSync(path, 'utf8');
  writeFileSync(path, applyMutant(source, change));
  const noticed = await noticedBy(change.file);
  const lives = noticed === undefined;
  writeFileSync(path, source);
  const reason = lives ? accepted.find((one) => isSame(one, change))?.reason : undefined;
  if (!lives) killed += 1;
  else if (reason === undefined) survivors.push(change);
  else excused += 1;
  const verdict = !lives ? `killed: ${noticed}` : reason === undefined ? 'SURVIVED' : `accepted: ${reason}`;
  console.log(`${at + 1}/${changes.length} ${wordsOf(change)}  ${verdict}`);
}
const share = (100 * killed) / Math.max(1, changes.length - excused);
console.log(`\n${killed} killed, ${survivors.length} survived, ${excused} accepted: score ${share.toFixed(1)} %`);
for (const change of survivors) console.log(`  ${wordsOf(change)}`);
endRunner();
process.exitCode = survivors.length === 0 ? 0 : 1;

function changesOf(file: string): Change[] {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const lines = source.split('\n');
  return mutantsOf(source, file.endsWith('x')).map((mutant) => ({
    ...mutant,
    file,
    text: (lines[mutant.line - 1] ?? '').trim(),
  }));
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
  const drawn = new Set(
    all
      .map((change) => ({ change, order: random() }))
      .sort((a, b) => a.order - b.order)
      .slice(0, count)
      .map(({ change }) => change),
  );
  return all.filter((change) => drawn.has(change));
}

function isSame(one: Accepted, { file, text, from, to }: Change): boolean {
  return one.file === file && one.text === text && one.from === from && one.to === to;
}

function wordsOf({ file, line, from, to, text }: Change): string {
  const short = from.length > 40 ? `${from.slice(0, 39)}…` : from;
  return `${file}:${line}  ${short.replaceAll('\n', ' ')} -> ${to === '' ? 'nothing' : to}  in  ${text}`;
}

/** The tests that lead to a file: all, or, with `--near`, those of its folder and of the folders that were named. */
async function choose(file: string): Promise<string[]> {
  const outcome = await ask({ choose: file, under: values.near ? [dirname(file), ...values.tests] : [] }, 600_000);
  const chosen = outcome && 'chosen' in outcome ? outcome.chosen : [];
  return chosen.filter((test) => !values.without.some((text) => test.includes(text)));
}

/**
 * The first test that fails; undefined where all pass. A run that does not end counts too: a test has noticed that
 * something waits for ever.
 */
async function noticedBy(file: string): Promise<string | undefined> {
  const tests = testsOf.get(file) ?? [];
  const weight = (test: string) => (1 + (kills.get(test) ?? 0)) / (500 + (durations.get(test) ?? 0));
  tests.sort((a, b) => weight(b) - weight(a));
  const total = tests.reduce((sum, test) => sum + (durations.get(test) ?? 0), 0);
  const outcome = await ask({ changed: file, run: tests }, 3 * total + 30_000);
  if (outcome === undefined) return 'it does not end';
  if (!('took' in outcome) || outcome.failed === undefined) return undefined;
  const last = Object.keys(outcome.took).at(-1) ?? '';
  kills.set(last, (kills.get(last) ?? 0) + 1);
  return `${last}: ${outcome.failed}`;
}

async function ask(order: Order, limitMs: number): Promise<Outcome | undefined> {
  const asked = runner ?? (await startRunner());
  const timer = setTimeout(endRunner, limitMs);
  const answered = new AbortController();
  const until = { signal: answered.signal };
  const answer = Promise.race([once(asked, 'message', until), once(asked, 'exit', until).then(() => [undefined])]);
  asked.send(order);
  const [outcome] = (await answer) as [Outcome | undefined];
  clearTimeout(timer);
  answered.abort();
  return outcome;
}

async function startRunner(): Promise<ChildProcess> {
  const child = fork('scripts/mutate-tests.ts', {
    cwd: copy,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    detached: true,
  });
  runner = child;
  child.once('exit', () => {
    runner = undefined;
  });
  await once(child, 'message');
  // It knows only what it has chosen itself.
  for (const file of testsOf.keys()) await choose(file);
  return child;
}

/** Ends the runner and what it started. */
function endRunner(): void {
  if (runner?.pid !== undefined) process.kill(-runner.pid, 'SIGKILL');
  runner = undefined;
}
