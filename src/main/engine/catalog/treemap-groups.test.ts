import { describe, expect, test } from 'vitest';
import type { TreemapTile } from '../../../shared/model/overview.ts';
import { ageBins, binScale } from './age-bins.ts';
import { ageLimits, arrangeGroups, type GroupFacts, groupOf } from './treemap-groups.ts';

const plain: GroupFacts = { isUnused: false, isInherited: false };
const digest = `sha256:${'a'.repeat(64)}`;

describe('the group of a blob', () => {
  test.each([
    ['step', { isUnused: true, stage: 'build 1/2' }, 'unused', 'In no result'],
    ['step', { stage: 'build 1/2' }, 'stage:build', 'build'],
    ['step', { stage: 'older' }, 'stage:older', 'older'],
    ['step', { stage: 'build 1/2', isInherited: true }, 'inherited', 'Below the steps'],
    ['step', { bottom: { digest } }, `layer:${digest}`, 'aaaaaaaa…aaaa'],
    ['step', { bottom: { digest, name: 'FROM alpine' }, isInherited: true }, `layer:${digest}`, 'FROM alpine'],
    ['step', { kind: 'exec' }, 'exec', 'exec'],
    ['kind', { kind: 'copy', stage: 'build' }, 'copy', 'copy'],
    ['kind', { kind: 'copy', isInherited: true }, 'inherited', 'Below the steps'],
    ['kind', {}, 'unknown', 'unknown'],
    ['age', {}, 'undated', 'No date'],
    ['age', { age: 0, isInherited: true }, 'day', 'Last 24 hours'],
    ['age', { age: 3 }, 'quarter', 'Last 90 days'],
    ['age', { age: 4 }, 'older', 'Older'],
  ] as const)('by %s of %o is %s', (grouping, facts, key, label) => {
    expect(groupOf({ ...plain, ...facts }, grouping)).toMatchObject({ key, label });
  });

  test('by age has as many limits as groups, the youngest first', () => {
    expect(ageLimits(90 * 86_400_000)).toEqual([89, 83, 60, 0].map((day) => day * 86_400_000));
  });
});

test('groups without a tile are one, the last; what is in no result has its own', () => {
  const tile = (bytes: number) => ({ bytes }) as TreemapTile;
  const facts = (kind: 'exec' | 'copy' | 'merge') => ({ ...plain, kind });
  const groups = arrangeGroups(
    'kind',
    [
      { facts: facts('copy'), tile: tile(5) },
      { facts: facts('exec'), tile: tile(30) },
    ],
    [
      { facts: facts('copy'), tiles: 2, bytes: 9 },
      { facts: facts('exec'), tiles: 1, bytes: 30 },
      { facts: facts('merge'), tiles: 3, bytes: 3 },
      { facts: { ...plain, isUnused: true }, tiles: 1, bytes: 1 },
    ],
    { tiles: 7, bytes: 43 },
  );
  expect(groups.map(({ key, bytes, tiles, rest }) => [key, bytes, tiles.length, rest])).toEqual([
    ['exec', 30, 1, { tiles: 0, bytes: 0 }],
    ['copy', 9, 1, { tiles: 1, bytes: 4 }],
    ['unused', 1, 0, { tiles: 1, bytes: 1 }],
    ['others', 3, 0, { tiles: 3, bytes: 3 }],
  ]);
  expect(() => arrangeGroups('kind', [{ facts: facts('copy'), tile: tile(1) }], [], { tiles: 1, bytes: 1 })).toThrow(
    RangeError,
  );
});

test('bins of an age histogram are of one width, and the newest record is in the last', () => {
  const scale = binScale(100, 199, 4);
  expect(scale).toEqual({ firstMs: 100, widthMs: 25, count: 4 });
  const bins = ageBins(
    scale,
    [
      { bin: 0, records: 2 },
      { bin: 9, records: 1 },
    ],
    [
      { bin: 3, kind: 'exec', bytes: 5 },
      { bin: 3, kind: 'copy', bytes: 2 },
      { bin: 9, kind: 'copy', bytes: 2 },
    ],
  );
  expect(bins.map(({ fromMs, toMs, records, bytes }) => [fromMs, toMs, records, bytes])).toEqual([
    [100, 125, 2, 0],
    [125, 150, 0, 0],
    [150, 175, 0, 0],
    [175, 200, 0, 7],
  ]);
  expect(bins[3]?.byKind).toEqual({ exec: 5, copy: 2 });
});
