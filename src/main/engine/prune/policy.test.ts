import { expect, test } from 'vitest';
import { ORPHAN_AGE_MS, type PrunePolicy } from '../../../shared/model/plan.ts';
import { policiesOf } from './policy.ts';
import { durationText, sizeText } from './reasons.ts';

const NOW = 1_000_000;

/** The rules of a policy, each as its reason, whom it is about, how many bytes may stay, and who is too young to go. */
function rulesOf(policy: PrunePolicy) {
  return policiesOf(policy, NOW, (unit) => (unit === 0 ? 'orphan' : 'layer')).map((rule) => [
    rule.reason,
    rule.concerns(0) ? 'orphans' : 'records',
    rule.bytesToKeep(100, undefined),
    rule.newerThanMs,
  ]);
}

const ORPHANS_FIRST = (keep: number, newerThanMs = NOW - ORPHAN_AGE_MS) => ['orphan', 'orphans', keep, newerThanMs];

test.each<{ name: string; policy: PrunePolicy; rules: unknown[] }>([
  { name: 'a size', policy: { maxBytes: 5 }, rules: [ORPHANS_FIRST(5), ['over-size', 'records', 5, undefined]] },
  {
    name: 'nothing may stay',
    policy: { maxBytes: 0 },
    rules: [ORPHANS_FIRST(0), ['over-size', 'records', 0, undefined]],
  },
  {
    name: 'a duration alone limits no size',
    policy: { keepDurationMs: 2 * ORPHAN_AGE_MS },
    rules: [ORPHANS_FIRST(-1, NOW - 2 * ORPHAN_AGE_MS), ['too-old', 'records', -1, NOW - 2 * ORPHAN_AGE_MS]],
  },
  {
    name: 'a duration above a size; orphans of the last hour stay all the same',
    policy: { maxBytes: 5, keepDurationMs: 10 },
    rules: [ORPHANS_FIRST(5), ['over-size', 'records', 5, NOW - 10]],
  },
  {
    name: 'all, whatever the size',
    policy: { all: true, maxBytes: 5 },
    rules: [ORPHANS_FIRST(-1), ['everything', 'records', -1, undefined]],
  },
  {
    name: 'all but what is young',
    policy: { all: true, keepDurationMs: 1 },
    rules: [ORPHANS_FIRST(-1), ['everything', 'records', -1, NOW - 1]],
  },
  { name: 'orphans of an age', policy: { orphans: { olderThanMs: 7 } }, rules: [ORPHANS_FIRST(-1, NOW - 7)] },
  { name: 'orphans, without an age', policy: { orphans: {} }, rules: [ORPHANS_FIRST(-1)] },
  {
    name: 'not all is nothing',
    policy: { all: false, orphans: { olderThanMs: 0 } },
    rules: [ORPHANS_FIRST(-1, NOW)],
  },
  {
    name: 'orphans of an age, and a size',
    policy: { maxBytes: 5, orphans: { olderThanMs: 7 } },
    rules: [ORPHANS_FIRST(-1, NOW - 7), ORPHANS_FIRST(5), ['over-size', 'records', 5, undefined]],
  },
])('$name', ({ policy, rules }) => {
  expect(rulesOf(policy)).toEqual(rules);
});

test('sizes and durations read as they were typed', () => {
  expect([15e6, 38e9, 20 * 2 ** 30, 1536, 1000, 999, 0].map(sizeText)).toEqual([
    '15 MB',
    '38 GB',
    '20 GiB',
    '1536 B',
    '1 kB',
    '999 B',
    '0 B',
  ]);
  expect([7 * 86_400_000, 36 * 3_600_000, 90_000, 1500, 0].map(durationText)).toEqual([
    '7 d',
    '36 h',
    '90 s',
    '1500 ms',
    '0 ms',
  ]);
});
