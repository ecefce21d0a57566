import { inExactUnit } from '../../../shared/base/exact-unit.ts';
import type { PrunePolicy } from '../../../shared/model/plan.ts';

/**
 * The same limit for a BuildKit daemon, as a garbage collection rule of `buildkitd.toml`. Sizes there are binary
 * whatever their unit says (`MB` is MiB), so they are written in binary units or in bytes.
 * `undefined` for a policy about orphan blobs alone: a daemon has none.
 */
export function buildkitdToml(policy: PrunePolicy): string | undefined {
  const rule = ruleLines(policy);
  if (rule === undefined) return undefined;
  return ['[worker.oci]', '  gc = true', '', '[[worker.oci.gcpolicy]]', ...rule.map((line) => `  ${line}`)].join('\n');
}

function ruleLines({ maxBytes, keepDurationMs, all }: PrunePolicy): string[] | undefined {
  if (maxBytes === undefined && keepDurationMs === undefined && all !== true) return undefined;
  const lines = ['all = true'];
  if (keepDurationMs !== undefined) lines.push(`keepDuration = "${goDuration(keepDurationMs)}"`);
  if (maxBytes !== undefined && all !== true) lines.push(`maxUsedSpace = "${diskSpace(maxBytes)}"`);
  return lines;
}

/**
 * The same, once: `buildctl prune`. Its `--keep-storage` counts megabytes of 10^6, fractions allowed. A limit of
 * nothing has no such option, because 0 means none there: then everything goes.
 */
export function buildctlPrune({ maxBytes, keepDurationMs, all }: PrunePolicy): string | undefined {
  if (maxBytes === undefined && keepDurationMs === undefined && all !== true) return undefined;
  const words = ['buildctl prune --all'];
  if (keepDurationMs !== undefined) words.push(`--keep-duration ${goDuration(keepDurationMs)}`);
  if (maxBytes !== undefined && maxBytes > 0 && all !== true) words.push(`--keep-storage ${maxBytes / 1e6}`);
  return words.join(' ');
}

/** Bytes as BuildKit reads a disk space: `20GiB` where that is exact, else a plain number. */
function diskSpace(bytes: number): string {
  return inExactUnit(bytes, DISK_UNITS, '');
}

const DISK_UNITS = [
  ['TiB', 1024 ** 4],
  ['GiB', 1024 ** 3],
  ['MiB', 1024 ** 2],
] as const;

/** A duration as Go reads it: hours, minutes, seconds. */
function goDuration(ms: number): string {
  const units = [
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
    ['ms', 1],
  ] as const;
  let left = ms;
  let text = '';
  for (const [unit, size] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) text += `${count}${unit}`;
  }
  return text === '' ? '0s' : text;
}
