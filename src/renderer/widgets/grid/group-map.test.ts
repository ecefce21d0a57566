import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createGroupMap } from './group-map.ts';

const group = (rows: number, isOpen = true) => ({ rows, isOpen });

test('a heading stands above its rows, and a closed group has none', () => {
  const map = createGroupMap([group(2), group(3, false), group(1)]);
  expect(map.total).toBe(6);
  expect([0, 1, 2, 3, 4, 5].map((place) => map.itemAt(place))).toEqual([
    { type: 'group', group: 0 },
    { type: 'row', index: 0 },
    { type: 'row', index: 1 },
    { type: 'group', group: 1 },
    { type: 'group', group: 2 },
    { type: 'row', index: 5 },
  ]);
  expect(map.placeOf(2)).toBe(4);
  expect(map.rowsIn({ first: 0, last: 6 })).toEqual([
    { first: 0, last: 2 },
    { first: 5, last: 6 },
  ]);
});

test('rows of neighbours that are both open are one range', () => {
  const map = createGroupMap([group(2), group(3)]);
  expect(map.rowsIn({ first: 1, last: 6 })).toEqual([{ first: 0, last: 4 }]);
  expect(map.rowsIn({ first: 3, last: 4 })).toEqual([]);
});

test('nothing grouped is nothing', () => {
  expect(createGroupMap([]).total).toBe(0);
  expect(createGroupMap([]).rowsIn({ first: 0, last: 20 })).toEqual([]);
});

test('the rows of a range are exactly those whose places lie in it', () => {
  const groups = fc.array(fc.record({ rows: fc.integer({ min: 0, max: 40 }), isOpen: fc.boolean() }), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(groups, fc.nat(300), fc.integer({ min: 1, max: 60 }), (all, at, height) => {
      const map = createGroupMap(all);
      const first = Math.min(at, map.total - 1);
      const last = Math.min(first + height, map.total);
      const expected: number[] = [];
      for (let place = first; place < last; place += 1) {
        const item = map.itemAt(place);
        if (item.type === 'row') expected.push(item.index);
        else expect(map.placeOf(item.group)).toBe(place);
      }
      const found = map
        .rowsIn({ first, last })
        .flatMap((r) => Array.from({ length: r.last - r.first }, (_, i) => r.first + i));
      expect(found).toEqual(expected);
    }),
  );
});
