import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PAGE_ROWS, pageOf, pagesFor } from './page-plan.ts';

test('one page where nothing more is near', () => {
  expect(pagesFor([{ first: 0, last: 30 }], 1_000_000)).toEqual([0]);
  expect(pagesFor([{ first: 85, last: 115 }], 1_000_000)).toEqual([0, 1]);
});

test('the visible pages come before the ones fetched ahead', () => {
  expect(pagesFor([{ first: 390, last: 420 }], 1_000_000)).toEqual([1, 2]);
  expect(pagesFor([{ first: 420, last: 450 }], 1_000_000)).toEqual([2, 1]);
});

test('pages of several ranges come once each', () => {
  expect(
    pagesFor(
      [
        { first: 10, last: 20 },
        { first: 30, last: 40 },
        { first: 700_050, last: 700_060 },
      ],
      1_000_000,
    ),
  ).toEqual([0, 3500, 3499]);
  expect(pagesFor([], 1_000_000)).toEqual([]);
});

test('never a page that does not exist', () => {
  expect(pagesFor([{ first: 0, last: 30 }], 45)).toEqual([0]);
  expect(pagesFor([{ first: 0, last: 30 }], 0)).toEqual([0]);
  expect(pagesFor([{ first: 999_970, last: 1_000_000 }], 1_000_000)).toEqual([4999]);
  expect(pagesFor([{ first: 5000, last: 5030 }], 100)).toEqual([0]);
});

test('every visible row is on one of the pages, and no page comes twice', () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.integer({ min: 1, max: 120 }), fc.nat(1_000_000), (total, height, at) => {
      const first = Math.min(at, Math.max(0, total - 1));
      const last = Math.min(first + height, Math.max(total, 1));
      const pages = pagesFor([{ first, last }], total);
      expect(new Set(pages).size).toBe(pages.length);
      for (const index of [first, last - 1]) expect(pages).toContain(pageOf(index));
      for (const page of pages) expect(page * PAGE_ROWS).toBeLessThan(Math.max(total, 1));
    }),
  );
});
