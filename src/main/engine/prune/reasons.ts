import { inExactUnit } from '../../../shared/base/exact-unit.ts';
import type { PlanItem, PrunePolicy } from '../../../shared/model/plan.ts';

/** Why a line of a plan goes or stays. */
export const REASONS = {
  'over-size': 'record',
  'too-old': 'record',
  everything: 'record',
  unfound: 'record',
  'empty-cache': 'record',
  'older-result': 'blob',
  'unused-layer': 'blob',
  orphan: 'blob',
  'built-on': 'record',
  young: 'record',
  image: 'record',
  fits: 'record',
  key: 'record',
  'not-concerned': 'record',
} as const satisfies Readonly<Record<string, PlanItem['kind']>>;
export type Reason = keyof typeof REASONS;

/**
 * The reason as a person reads it. `count`: the place in the order of leaving, or the records that build on it.
 * `total`: records that leave for this reason.
 */
export function reasonText(reason: Reason, count: number, total: number, policy: PrunePolicy): string {
  const size = sizeText(policy.maxBytes ?? 0);
  switch (reason) {
    case 'over-size':
      return `over ${size}, ${count} of ${total} to go`;
    case 'too-old':
      return `older than ${durationText(policy.keepDurationMs ?? 0)}`;
    case 'everything':
      return 'everything goes';
    case 'unfound':
      return 'only records that go are found through it';
    case 'empty-cache':
      return 'no record of its cache keeps a result';
    case 'older-result':
      return 'an older result of a record that stays';
    case 'unused-layer':
      return 'no result uses it';
    case 'orphan':
      return 'nothing refers to it';
    case 'built-on':
      return count === 1 ? '1 kept record builds on it' : `${count} kept records build on it`;
    case 'young':
      return `younger than ${durationText(policy.keepDurationMs ?? 0)}`;
    case 'image':
      return 'part of an image';
    case 'fits':
      return `fits below ${size}`;
    case 'key':
      return 'takes no space: other records are found through it';
    case 'not-concerned':
      return 'the policy is about orphan blobs only';
  }
}

/** A size the way it was most likely typed: `15 MB`, `20 GiB`; else exact bytes. */
export function sizeText(bytes: number): string {
  let shortest = `${bytes} B`;
  for (const [base, units] of [
    [1024, ['TiB', 'GiB', 'MiB', 'KiB']],
    [1000, ['TB', 'GB', 'MB', 'kB']],
  ] as const) {
    for (const [at, unit] of units.entries()) {
      const size = base ** (4 - at);
      if (bytes === 0 || bytes % size !== 0) continue;
      // 38 GB is a whole number of KiB too, but nobody types 37109375KiB.
      const text = `${bytes / size} ${unit}`;
      if (text.length < shortest.length) shortest = text;
    }
  }
  return shortest;
}

/** A duration in the largest unit that divides it: `7 d`, `36 h`. */
export function durationText(ms: number): string {
  return inExactUnit(ms, DURATIONS, 'ms', ' ');
}

const DURATIONS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;
