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
  /** Makes ready what a run uses up, outside the time. */
  setUp?(prepared: Prepared, round: number): Promise<void> | void;
  /** Does the work once. Only the time from its call to its end counts. `round` differs each time. */
  run(prepared: Prepared, round: number): Promise<Answer> | Answer;
  /** Undoes what a run left, outside the time. */
  cleanUp?(prepared: Prepared, answer: Answer, round: number): Promise<void> | void;
}

/** A comparison with a named peer, in the same run and on the same data. */
export interface Bench<Prepared, OurAnswer, PeerAnswer> {
  readonly name: string;
  /** What is measured, in one line. */
  readonly what: string;
  /** Goal for peer time ÷ our time: at least so much. None: the figure is only told. */
  readonly goal?: number;
  readonly rounds: number;
  /** Makes the data in a fresh folder, which goes at the end. The value must survive JSON. `rounds`: 0 to this one are run. */
  prepare(folder: string, rounds: number): Promise<Prepared> | Prepared;
  readonly ours: Contender<Prepared, OurAnswer>;
  readonly peer: Contender<Prepared, PeerAnswer>;
  /** Both must have given the right answer, before anything is timed. Throws where they did not. */
  check(ours: OurAnswer, peer: PeerAnswer, prepared: Prepared): Promise<void> | void;
  /** True where the work is not done in the process of the bench, so that its memory tells nothing. */
  readonly isElsewhere?: boolean;
  /** What else was measured on the way, told beside the ratio: times in ms under a name. Asked for at the end. */
  beside?(): Readonly<Record<string, readonly number[]>>;
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
  /** Largest resident size of a process of its own that does the work once; absent where the work is done elsewhere. */
  readonly peakRssBytes?: number;
}

/** The JSON of a bench. `ratio` is peer median ÷ our median: more is better. */
export interface BenchReport {
  readonly bench: string;
  readonly what: string;
  readonly goal?: number;
  readonly ratio: number;
  readonly ratioInterval: Interval;
  /** Absent where there is no goal. */
  readonly met?: boolean;
  readonly ours: Times;
  readonly peer: Times;
  readonly beside: readonly {
    readonly name: string;
    readonly medianMs: number;
    readonly roundsMs: readonly number[];
  }[];
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly node: string;
    readonly load: readonly number[];
  };
  readonly at: string;
}

/** Where reports are written, a file a bench. */
export const REPORTS = 'artifacts/bench';

/**
 * Runs a bench: check, then rounds in which both run one after the other, each first in turn; then once more each in a
 * process of its own, for its memory. Prints a table, and writes the report to `artifacts/bench/<name>.json`.
 * All that a `.bench.ts` file calls, once a bench. Options: `--rounds N`, `--full`, `--in FOLDER`: where its folder is made,
 * and left. What a bench has deleted slows down whoever creates files after it (ext4 passes over the inodes of the last
 * minutes one by one), so a run of several deletes when all are over.
 */
export async function runBench<P, A, B>(bench: Bench<P, A, B>): Promise<void> {
  const values = options();
  if (values.once !== undefined && values.folder !== undefined) {
    return values.bench === bench.name ? runOnce(bench, values.once, values.folder) : undefined;
  }
  const folder = mkdtempSync(join(values.in ?? tmpdir(), `cachewright-bench-${bench.name}-`));
  const rounds = values.rounds === undefined ? bench.rounds : Number(values.rounds);
  try {
    const prepared = await bench.prepare(folder, rounds);
    writeFileSync(preparedFile(folder), JSON.stringify(prepared));
    await bench.ours.setUp?.(prepared, 0);
    const ours = await bench.ours.run(prepared, 0);
    await bench.peer.setUp?.(prepared, 0);
    const peer = await bench.peer.run(prepared, 0);
    await bench.check(ours, peer, prepared);
    await bench.ours.cleanUp?.(prepared, ours, 0);
    await bench.peer.cleanUp?.(prepared, peer, 0);

    const load = loadavg();
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
      ...(bench.goal === undefined ? {} : { goal: bench.goal, met: ratio >= bench.goal }),
      ratio,
      ratioInterval: ratioInterval(times.ours, times.peer),
      ours: summarise(bench.ours.name, times.ours, bench.isElsewhere ? undefined : peakRss(bench.name, 'ours', folder)),
      peer: summarise(bench.peer.name, times.peer, bench.isElsewhere ? undefined : peakRss(bench.name, 'peer', folder)),
      beside: Object.entries(bench.beside?.() ?? {}).map(([name, roundsMs]) => ({
        name,
        medianMs: median(roundsMs),
        roundsMs,
      })),
      machine: { cpu: cpus()[0]?.model ?? '', cores: cpus().length, node: process.version, load },
      at: new Date().toISOString(),
    };
    const file = join(REPORTS, `${bench.name}.json`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
    console.log(`${formatReport(report)}\n  written to ${file}\n`);
  } finally {
    if (values.in === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** How much a bench works on: the second number with `--full`, for a run that may take its time. */
export function sizeOf(usual: number, full: number): number {
  return options().full ? full : usual;
}

function options() {
  return parseArgs({
    options: {
      rounds: { type: 'string' },
      full: { type: 'boolean' },
      in: { type: 'string' },
      // What it gives itself for `runOnce`.
      bench: { type: 'string' },
      once: { type: 'string' },
      folder: { type: 'string' },
    },
  }).values;
}

async function timed<P, A>(contender: Contender<P, A>, prepared: P, round: number): Promise<number> {
  await contender.setUp?.(prepared, round);
  // What the one left behind is not collected in the time of the other.
  globalThis.gc?.();
  const start = performance.now();
  const answer = await contender.run(prepared, round);
  const ms = performance.now() - start;
  await contender.cleanUp?.(prepared, answer, round);
  return ms;
}

function summarise(name: string, roundsMs: readonly number[], peakRssBytes: number | undefined): Times {
  return {
    name,
    medianMs: median(roundsMs),
    minMs: Math.min(...roundsMs),
    maxMs: Math.max(...roundsMs),
    deviationMs: medianDeviation(roundsMs),
    roundsMs,
    ...(peakRssBytes === undefined ? {} : { peakRssBytes }),
  };
}

function preparedFile(folder: string): string {
  return join(folder, 'prepared.json');
}

/** Runs this very bench file again, for one contender and one round. */
function peakRss(bench: string, contender: 'ours' | 'peer', folder: string): number {
  const args = [process.argv[1] ?? '', '--bench', bench, '--once', contender, '--folder', folder];
  if (options().full) args.push('--full');
  const child = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return child.status === 0 ? Number(child.stdout.trim().split('\n').at(-1)) : Number.NaN;
}

async function runOnce<P, A, B>(bench: Bench<P, A, B>, contender: string, folder: string): Promise<void> {
  const prepared = JSON.parse(readFileSync(preparedFile(folder), 'utf8')) as P;
  if (contender === 'ours') await timed(bench.ours, prepared, 0);
  else await timed(bench.peer, prepared, 0);
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
    `± ${ms(times.deviationMs)}${times.peakRssBytes === undefined ? '' : `   peak ${formatBytes(times.peakRssBytes)}`}`;
  const { low, high } = report.ratioInterval;
  const goal =
    report.goal === undefined ? 'no goal' : `goal ≥ ${report.goal.toFixed(2)}: ${report.met ? 'met' : 'not met'}`;
  return [
    `${report.bench}: ${report.what}`,
    row(report.ours),
    row(report.peer),
    ...report.beside.map(({ name, medianMs }) => `  ${name.padEnd(28)}${ms(medianMs).padStart(10)}   beside it`),
    `  ratio ${report.ratio.toFixed(2)} (95 %: ${low.toFixed(2)} … ${high.toFixed(2)}), ${goal}; ` +
      `${report.ours.roundsMs.length} rounds`,
  ].join('\n');
}

/** The line of a report in the table of the README. */
export function tableRow({ what, ours, peer, ratio, ratioInterval, goal, met }: BenchReport): string {
  const time = (ms: number) => {
    if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
    return `${ms < 100 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
  };
  const interval = `${ratioInterval.low.toFixed(2)} … ${ratioInterval.high.toFixed(2)}`;
  const asked = goal === undefined ? '' : `≥ ${goal.toFixed(2)}${met ? '' : ', not met'}`;
  return (
    `| ${what} | ${time(ours.medianMs)} | ${time(peer.medianMs)}, ${peer.name} ` +
    `| ${ratio.toFixed(2)} (${interval}) | ${asked} |`
  );
}
