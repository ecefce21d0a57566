// Runs everything that must hold: types of every runtime, lint, import rule, dead code, unit and conformance tests,
// journeys in a real browser. `--long` runs the campaigns at full size. Ends with the line "N passed, N failed".
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { relative } from 'node:path';
import { findElectron } from '../src/main/hosts/electron-binary.ts';

interface Outcome {
  passed: number;
  failed: number;
  readonly skipped: string[];
}

if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error('Tests need Node 24 or newer: run them as "npm test" after "npm ci".');
  process.exit(1);
}

const long = process.argv.includes('--long');
const environment = { ...process.env, ...(long ? { CACHEWRIGHT_LONG: '1' } : {}) };
const OUT = 'test-results';
rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });

const total: Outcome = { passed: 0, failed: 0, skipped: [] };
const failures: string[] = [];
/** When the run began, and the part of it that is under way. */
const began = performance.now();
const minutes = (ms: number): string => `${(ms / 60_000).toFixed(1)} min`;
function part(name: string): void {
  console.log(`\n== ${name} (after ${minutes(performance.now() - began)})`);
}

function run(command: string, args: readonly string[]): boolean {
  const done = spawnSync(command, args, { stdio: 'inherit', env: environment, shell: process.platform === 'win32' });
  return done.status === 0;
}

/** A check that is one pass or one failure. */
function check(name: string, command: string, ...args: string[]): boolean {
  part(name);
  const ok = run(command, args);
  if (ok) total.passed += 1;
  else {
    total.failed += 1;
    failures.push(name);
  }
  return ok;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** A runner that counts for itself; without its report the whole run is one failure. */
function suite(name: string, ok: boolean, count: (into: Outcome) => boolean): void {
  const before = total.failed;
  if (!count(total) || (!ok && total.failed === before)) total.failed += 1;
  if (total.failed > before) failures.push(name);
}

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

const firstLine = (text: string | undefined): string => text?.split('\n', 1)[0]?.slice(0, 300) ?? '';

function countVitest(into: Outcome): boolean {
  const report = readJson(`${OUT}/vitest.json`) as VitestReport | undefined;
  if (!report) return false;
  for (const file of report.testResults) {
    // A file that cannot be loaded has no tests to count.
    if (file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')) {
      into.failed += 1;
      failures.push(`${relative('.', file.name)}: ${firstLine(file.message)}`);
    }
    for (const test of file.assertionResults) {
      if (test.status === 'passed') into.passed += 1;
      else if (test.status === 'failed') {
        into.failed += 1;
        failures.push(`${relative('.', file.name)}: ${test.fullName}: ${firstLine(test.failureMessages[0])}`);
      } else into.skipped.push(test.fullName);
    }
  }
  return true;
}

interface JourneySuite {
  readonly title: string;
  readonly suites?: readonly JourneySuite[];
  readonly specs: readonly {
    readonly title: string;
    readonly tests: readonly { readonly projectName: string; readonly status: string }[];
  }[];
}

interface PlaywrightReport {
  readonly suites: readonly JourneySuite[];
  readonly stats: {
    readonly expected: number;
    readonly unexpected: number;
    readonly flaky: number;
    readonly skipped: number;
  };
}

function countPlaywright(into: Outcome): boolean {
  const report = readJson(`${OUT}/playwright.json`) as PlaywrightReport | undefined;
  if (!report) return false;
  into.passed += report.stats.expected;
  into.failed += report.stats.unexpected + report.stats.flaky;
  const note = (suites: readonly JourneySuite[]): void => {
    for (const { title, suites: inner = [], specs } of suites) {
      for (const spec of specs) {
        for (const { status, projectName } of spec.tests) {
          if (status === 'unexpected' || status === 'flaky') failures.push(`[${projectName}] ${title}: ${spec.title}`);
        }
      }
      note(inner);
    }
  };
  note(report.suites);
  for (let n = 0; n < report.stats.skipped; n += 1) into.skipped.push('a browser journey: its reason is printed above');
  return true;
}

run('scripts/setup-test-deps', []);
if (!process.env.CACHEWRIGHT_TEST_DATA) {
  console.log('CACHEWRIGHT_TEST_DATA is not set: tests over the larger sets of real caches are skipped.');
}

check('types', 'node', 'scripts/typecheck.ts');
check('lint', 'biome', 'check', '.');
check('import rule', 'node', 'scripts/imports.ts');
check('dead code', 'node', 'scripts/dead-code.ts');
const built = check('build', 'node', 'scripts/build.ts');

part('unit and conformance');
suite(
  'unit and conformance',
  run('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${OUT}/vitest.json`]),
  countVitest,
);

part('journeys in the browser');
if (!(await findElectron('.', process.env))) {
  console.log('The program of Electron is not here: journeys of the desktop run on its shim (docs/DESKTOP.md).');
}
if (existsSync(process.env.CACHEWRIGHT_CHROMIUM ?? '/usr/bin/chromium')) {
  suite('journeys in the browser', built && run('playwright', ['test']), countPlaywright);
} else {
  total.skipped.push(
    'the journeys and the component tests: Chromium is not installed (package chromium, or CACHEWRIGHT_CHROMIUM)',
  );
}

if (total.skipped.length > 0) {
  console.log(`\n${total.skipped.length} skipped:`);
  for (const name of total.skipped) console.log(`  - ${name}`);
}
for (const name of failures) console.log(`failed: ${name}`);
console.log(`the run took ${minutes(performance.now() - began)}`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);
