import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatBytes } from '../src/shared/base/bytes.ts';
import { type Interval, median, medianDeviation, ratioInterval } from './statistics.ts';

/** One of the two that are compared. */
export interface Contender<Prepared, Answer> {
  /** What it is, for the table: `cachewright`, `duckdb`, `openssl dgst`. */
  readonly name: string;
  /** Does the work once. Only the time from its call to its end counts. `round` differs each time. */
  run(prepared: Prepared, round: number): Promise<Answer> | Answer;
  /** Undoes what a run left, outside the time. */
  cleanUp?(prepared: Prepared, answer: Answer): Promise<void> | void;
}

/** A comparison with a named peer, in the same run and on the same data. */
export interface Bench<Prepared, OurAnswer, PeerAnswer> {
  readonly name: string;
  /** What is measured, in one line. */
  readonly what: string;
  /** Goal for peer time ÷ our time: at least so much. */
  readonly goal: number;
  readonly rounds: number;
  /** Makes the data in a fresh folder, which goes at the end. The value must survive JSON. */
  prepare(folder: string): Promise<Prepared> | Prepared;
  readonly ours: Contender<Prepared, OurAnswer>;
  readonly peer: Contender<Prepared, PeerAnswer>;
  /** Both must have given the right answer, before anything is timed. Throws where they did not. */
  check(ours: OurAnswer, peer: PeerAnswer, prepared: Prepared): Promise<void> | void;
}

/** Times of one contender, in milliseconds. */
export interface Times {
  readonly name: string;
  readonly medianMs: number;
  readonly minMs: number;
  readonly maxMs: number;
  /** Median distance from the median. */
  readonly deviationMs: number;
  readonly roundsMs: readonly number[];
  /** Largest resident size of a process of its own that does the work once. */
  readonly peakRssBytes: number;
}

/** The JSON of a bench. `ratio` is peer median ÷ our median: more is better. */
export interface BenchReport {
  readonly bench: string;
  readonly what: string;
  readonly goal: number;
  readonly ratio: number;
  readonly ratioInterval: Interval;
  readonly met: boolean;
  readonly ours: Times;
  readonly peer: Times;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly node: string;
    readonly load: readonly number[];
  };
  readonly at: string;
}

const OUT = 'artifacts/bench';

/**
 * Runs a bench: check, then rounds in which both run one after the other, each first in turn; then once more each in a
 * process of its own, for its memory. Prints a table, and writes the report to `artifacts/bench/<name>.json`.
 * The only call of a `.bench.ts` file. Options: `--rounds N`.
 */
export async function runBench<P, A, B>(bench: Bench<P, A, B>): Promise<void> {
  const { values } = parseArgs({
    options: { rounds: { type: 'string' }, once: { type: 'string' }, folder: { type: 'string' } },
  });
  if (values.once !== undefined && values.folder !== undefined) return runOnce(bench, values.once, values.folder);
  const folder = mkdtempSync(join(tmpdir(), `cachewright-bench-${bench.name}-`));
  try {
    const prepared = await bench.prepare(folder);
    writeFileSync(preparedFile(folder), JSON.stringify(prepared));
    const ours = await bench.ours.run(prepared, 0);
    const peer = await bench.peer.run(prepared, 0);
    await bench.check(ours, peer, prepared);
    await bench.ours.cleanUp?.(prepared, ours);
    await bench.peer.cleanUp?.(prepared, peer);

    const load = loadavg();
    const rounds = values.rounds === undefined ? bench.rounds : Number(values.rounds);
    const times = { ours: [] as number[], peer: [] as number[] };
    for (let round = 1; round <= rounds; round += 1) {
      const oursFirst = round % 2 === 1;
      if (oursFirst) times.ours.push(await timed(bench.ours, prepared, round));
      times.peer.push(await timed(bench.peer, prepared, round));
      if (!oursFirst) times.ours.push(await timed(bench.ours, prepared, round));
    }
    const ratio = median(times.peer) / median(times.ours);
    const report: BenchReport = {
      bench: bench.name,
      what: bench.what,
      goal: bench.goal,
      ratio,
      ratioInterval: ratioInterval(times.ours, times.peer),
      met: ratio >= bench.goal,
      ours: summarise(bench.ours.name, times.ours, peakRss('ours', folder)),
      peer: summarise(bench.peer.name, times.peer, peakRss('peer', folder)),
      machine: { cpu: cpus()[0]?.model ?? '', cores: cpus().length, node: process.version, load },
      at: new Date().toISOString(),
    };
    const file = join(OUT, `${bench.name}.json`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
    console.log(`${formatReport(report)}\n  written to ${file}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function timed<P, A>(contender: Contender<P, A>, prepared: P, round: number): Promise<number> {
  // What the one left behind is not collected in the time of the other.
  globalThis.gc?.();
  const start = performance.now();
  const answer = await contender.run(prepared, round);
  const ms = performance.now() - start;
  await contender.cleanUp?.(prepared, answer);
  return ms;
}

function summarise(name: string, roundsMs: readonly number[], peakRssBytes: number): Times {
  return {
    name,
    medianMs: median(roundsMs),
    minMs: Math.min(...roundsMs),
    maxMs: Math.max(...roundsMs),
    deviationMs: medianDeviation(roundsMs),
    roundsMs,
    peakRssBytes,
  };
}

function preparedFile(folder: string): string {
  return join(folder, 'prepared.json');
}

/** Runs this very bench file again, for one contender and one round. */
function peakRss(contender: 'ours' | 'peer', folder: string): number {
  const args = [process.argv[1] ?? '', '--once', contender, '--folder', folder];
  const child = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return child.status === 0 ? Number(child.stdout.trim().split('\n').at(-1)) : Number.NaN;
}

async function runOnce<P, A, B>(bench: Bench<P, A, B>, contender: string, folder: string): Promise<void> {
  const prepared = JSON.parse(readFileSync(preparedFile(folder), 'utf8')) as P;
  if (contender === 'ours') await bench.ours.cleanUp?.(prepared, await bench.ours.run(prepared, 0));
  else await bench.peer.cleanUp?.(prepared, await bench.peer.run(prepared, 0));
  console.log(peakRssBytes());
}

/** Largest resident size of this process. Linux lets a child begin with its parent's `maxRSS`, so it is not asked there. */
function peakRssBytes(): number {
  try {
    const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (line !== undefined) return Number(line) * 1024;
  } catch {
    // Only Linux has that file.
  }
  return process.resourceUsage().maxRSS * 1024;
}

/** The table of a report. */
export function formatReport(report: BenchReport): string {
  const ms = (value: number) => `${value < 100 ? value.toFixed(1) : value.toFixed(0)} ms`;
  const row = (times: Times) =>
    `  ${times.name.padEnd(28)}${ms(times.medianMs).padStart(10)}   ${ms(times.minMs)} … ${ms(times.maxMs)}, ` +
    `± ${ms(times.deviationMs)}   peak ${formatBytes(times.peakRssBytes)}`;
  const { low, high } = report.ratioInterval;
  return [
    `${report.bench}: ${report.what}`,
    row(report.ours),
    row(report.peer),
    `  ratio ${report.ratio.toFixed(2)} (95 %: ${low.toFixed(2)} … ${high.toFixed(2)}), goal ≥ ${report.goal.toFixed(2)}: ` +
      `${report.met ? 'met' : 'not met'}; ${report.ours.roundsMs.length} rounds`,
  ].join('\n');
}
