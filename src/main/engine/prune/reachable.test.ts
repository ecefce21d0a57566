import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reachable } from './reachable.ts';

describe('reachable', () => {
  const refs = new Map([
    ['a', ['b', 'c']],
    ['b', ['a']],
    ['c', []],
    ['d', ['c']],
  ]);
  test.each([
    { name: 'nothing from nothing', roots: [], found: [] },
    { name: 'a root with nothing below', roots: ['c'], found: ['c'] },
    { name: 'through a loop, once each', roots: ['b'], found: ['a', 'b', 'c'] },
    { name: 'several roots', roots: ['c', 'd', 'c'], found: ['c', 'd'] },
  ])('$name', ({ roots, found }) => {
    expect([...reachable(roots, (item) => refs.get(item) ?? [], new Set())].sort()).toEqual(found);
  });

  test('one more root never shrinks it, and it is closed', () => {
    const graph = fc.array(fc.array(fc.nat(14), { maxLength: 3 }), { minLength: 15, maxLength: 15 });
    fc.assert(
      fc.property(graph, fc.array(fc.nat(14)), fc.nat(14), (edges, roots, more) => {
        const next = (item: number) => edges[item] ?? [];
        const found = reachable(roots, next, new Set<number>());
        const wider = reachable([...roots, more], next, new Set<number>());
        expect([...found].filter((item) => !wider.has(item))).toEqual([]);
        expect([...found].flatMap(next).filter((item) => !found.has(item))).toEqual([]);
      }),
    );
  });
});
