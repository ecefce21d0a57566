import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createScrollMap,
  logicalPx,
  MAX_CONTENT_PX,
  pageRows,
  positionAt,
  positionShowing,
  rowTop,
  type ScrollMap,
  type ScrollPosition,
  scrolledTo,
  visibleRows,
} from './scroll-map.ts';

const START: ScrollPosition = { physicalPx: 0, basePx: 0 };

const maps = fc
  .record({
    rows: fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 440_000, max: 20_000_000 })),
    rowPx: fc.constantFrom(26, 28, 36),
    viewportPx: fc.integer({ min: 120, max: 3000 }),
  })
  .map(({ rows, rowPx, viewportPx }) => createScrollMap(rows, rowPx, viewportPx));

const maxLogical = (map: ScrollMap): number => Math.max(0, map.totalPx - map.viewportPx);
const maxPhysical = (map: ScrollMap): number => Math.max(0, map.contentPx - map.viewportPx);

describe('the scroll map', () => {
  test('is the identity where all rows fit into an element', () => {
    const map = createScrollMap(45, 28, 600);
    expect(map.contentPx).toBe(1260);
    expect(scrolledTo(map, START, 660)).toEqual({ physicalPx: 660, basePx: 0 });
  });

  test('shows the last of a million rows when the scroll bar is at its end', () => {
    for (const rowPx of [28, 36]) {
      const map = createScrollMap(1_000_000, rowPx, 700);
      expect(map.contentPx).toBe(MAX_CONTENT_PX);
      const end = scrolledTo(map, START, MAX_CONTENT_PX - 700);
      expect(visibleRows(map, end).last).toBe(1_000_000);
      expect(rowTop(map, end, 999_999) + rowPx).toBe(MAX_CONTENT_PX);
    }
  });

  test('moves by exactly one wheel tick in the middle of a million rows', () => {
    const map = createScrollMap(1_000_000, 28, 700);
    const middle = scrolledTo(map, START, 8_000_000);
    const next = scrolledTo(map, middle, 8_000_100);
    expect(logicalPx(next) - logicalPx(middle)).toBe(100);
    expect(rowTop(map, next, 500_000)).toBe(rowTop(map, middle, 500_000));
  });

  test('reaches every row and keeps it whole', () => {
    fc.assert(
      fc.property(
        maps,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (map, at, to) => {
          const from = positionAt(map, at * maxLogical(map));
          const index = Math.min(map.rows - 1, Math.floor(to * map.rows));
          const shown = positionShowing(map, from, index);
          expect(shown.physicalPx).toBeGreaterThanOrEqual(0);
          expect(shown.physicalPx).toBeLessThanOrEqual(maxPhysical(map));
          const top = rowTop(map, shown, index) - shown.physicalPx;
          expect(top).toBeGreaterThanOrEqual(0);
          expect(top + map.rowPx).toBeLessThanOrEqual(map.viewportPx);
          const { first, last } = visibleRows(map, shown);
          expect(index).toBeGreaterThanOrEqual(first);
          expect(index).toBeLessThan(last);
        },
      ),
    );
  });

  test('never leaves the content, whatever the scroll bar and the wheel do in turn', () => {
    const moves = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('wheel' as const), by: fc.integer({ min: -700, max: 700 }) }),
        fc.record({ kind: fc.constant('drag' as const), to: fc.double({ min: 0, max: 1, noNaN: true }) }),
        fc.record({ kind: fc.constant('rest' as const) }),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(maps, moves, (map, steps) => {
        let at = START;
        for (const step of steps) {
          const before = logicalPx(at);
          if (step.kind === 'rest') {
            at = positionAt(map, before);
            expect(logicalPx(at)).toBe(before);
            continue;
          }
          const wanted = step.kind === 'wheel' ? at.physicalPx + step.by : Math.round(step.to * maxPhysical(map));
          const physical = Math.min(Math.max(wanted, 0), maxPhysical(map));
          const small = Math.abs(physical - at.physicalPx) <= map.viewportPx;
          const moved = physical - at.physicalPx;
          at = scrolledTo(map, at, physical);
          const after = logicalPx(at);
          expect(after).toBeGreaterThanOrEqual(0);
          expect(after).toBeLessThanOrEqual(maxLogical(map));
          if (small) expect(after).toBe(Math.min(Math.max(before + moved, 0), maxLogical(map)));
          if (at.physicalPx === 0) expect(after).toBe(0);
          if (at.physicalPx === maxPhysical(map)) expect(after).toBe(maxLogical(map));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('a jump further down the scroll bar is never further up in the rows', () => {
    const fraction = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(maps, fraction, fraction, (map, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((f) => Math.round(f * maxPhysical(map)));
        const far = positionAt(map, maxLogical(map));
        const jump = (to: number): number => logicalPx(scrolledTo(map, to > maxPhysical(map) / 2 ? START : far, to));
        if (low !== undefined && high !== undefined) expect(jump(low)).toBeLessThanOrEqual(jump(high));
      }),
    );
  });

  test('a page key moves by what is seen, less one row to hold on to', () => {
    expect(pageRows(createScrollMap(100, 28, 700))).toBe(24);
    expect(pageRows(createScrollMap(100, 28, 20))).toBe(1);
  });
});
