import { expect, test } from 'vitest';
import { limitsOf } from './policy.ts';
import { durationText, sizeText } from './reasons.ts';

const NOW = 1_000_000;

test.each([
  { name: 'a size', policy: { maxBytes: 5 }, limits: [5, undefined, undefined] },
  { name: 'nothing may stay', policy: { maxBytes: 0 }, limits: [0, undefined, undefined] },
  { name: 'a duration alone limits no size', policy: { keepDurationMs: 10 }, limits: [-1, NOW - 10, undefined] },
  { name: 'a duration above a size', policy: { maxBytes: 5, keepDurationMs: 10 }, limits: [5, NOW - 10, undefined] },
  { name: 'all, whatever the size', policy: { all: true, maxBytes: 5 }, limits: [-1, undefined, undefined] },
  { name: 'all but what is young', policy: { all: true, keepDurationMs: 1 }, limits: [-1, NOW - 1, undefined] },
  { name: 'orphans only', policy: { orphans: { olderThanMs: 7 } }, limits: [undefined, undefined, NOW - 7] },
  {
    name: 'not all is nothing',
    policy: { all: false, orphans: { olderThanMs: 0 } },
    limits: [undefined, undefined, NOW],
  },
])('$name', ({ policy, limits }) => {
  const { bytesToKeep, newerThanMs, orphansBeforeMs } = limitsOf(policy, NOW);
  expect([bytesToKeep, newerThanMs, orphansBeforeMs]).toEqual(limits);
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
