import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ColumnSpec, isPinBorder, layOutColumns, type PinnedSide, type ShownColumn } from './column-layout.ts';

const SPECS: readonly ColumnSpec[] = [
  { id: 'digest', title: 'Digest', widthPx: 120, priority: 0, isFixed: true },
  { id: 'step', title: 'Step', widthPx: 240, minPx: 120, flexible: true, priority: 0, isFixed: true },
  { id: 'users', title: 'Users', widthPx: 40, priority: 1 },
  { id: 'adds', title: 'Adds', widthPx: 66, priority: 2 },
  { id: 'created', title: 'Created', widthPx: 78, priority: 3 },
];

const columns = (pinned: Readonly<Record<string, PinnedSide>> = {}): readonly ShownColumn<ColumnSpec>[] =>
  SPECS.map((spec) => ({ spec, widthPx: spec.widthPx, pinned: pinned[spec.id] }));
const drawn = (roomPx: number, pinned = {}): string[] =>
  layOutColumns(columns(pinned), roomPx).columns.map((column) => column.spec.id);

describe('columns in a room', () => {
  test('the flexible one takes what is left', () => {
    const placed = layOutColumns(columns(), 800).columns;
    expect(placed.reduce((sum, column) => sum + column.widthPx, 0)).toBe(800);
    expect(placed.find((column) => column.spec.id === 'step')?.widthPx).toBe(800 - 120 - 40 - 66 - 78);
  });

  test('give way by priority when it is narrow, and come back', () => {
    expect(drawn(424)).toEqual(['digest', 'step', 'users', 'adds', 'created']);
    expect(drawn(423)).toEqual(['digest', 'step', 'users', 'adds']);
    expect(drawn(300)).toEqual(['digest', 'step', 'users']);
    expect(drawn(200)).toEqual(['digest', 'step']);
    expect(layOutColumns(columns(), 300).gaveWay.map((spec) => spec.id)).toEqual(['created', 'adds']);
  });

  test('a pinned one stays while others give way', () => {
    expect(drawn(423, { created: 'end' })).toEqual(['digest', 'step', 'users', 'created']);
    expect(drawn(200, { created: 'end' })).toEqual(['digest', 'step', 'created']);
  });

  test('those that never give way are squeezed where there is hardly any room', () => {
    expect(layOutColumns(columns(), 200).columns.map((column) => column.widthPx)).toEqual([40, 160]);
    expect(layOutColumns(columns(), 60).columns.map((column) => column.widthPx)).toEqual([40, 80]);
  });

  test('a line stands where pinned ones and the others meet', () => {
    const placed = columns({ digest: 'start', created: 'end' });
    const borders = placed.filter((column, place) => isPinBorder(placed, place, column.pinned));
    expect(borders.map((column) => column.spec.id)).toEqual(['digest', 'adds']);
  });

  test('no room is left empty or overdrawn beyond the columns that always stay', () => {
    const choices = fc.record({
      on: fc.subarray([...SPECS]),
      widths: fc.array(fc.integer({ min: 40, max: 800 }), { minLength: 5, maxLength: 5 }),
      pins: fc.array(fc.constantFrom<(PinnedSide | undefined)[]>('start', 'end', undefined), {
        minLength: 5,
        maxLength: 5,
      }),
    });
    fc.assert(
      fc.property(choices, fc.integer({ min: 0, max: 3000 }), ({ on, widths, pins }, roomPx) => {
        const shown = on.map((spec, at) => ({
          spec,
          widthPx: Math.max(widths[at] ?? 40, spec.minPx ?? 40),
          pinned: pins[at],
        }));
        const { columns: placed, gaveWay } = layOutColumns(shown, roomPx);
        const width = placed.reduce((sum, column) => sum + column.widthPx, 0);
        const canYield = placed.some((column) => column.spec.priority > 0 && column.pinned === undefined);
        if (canYield && placed.some((column) => column.spec.flexible)) expect(width).toBe(roomPx);
        for (const dropped of gaveWay) {
          expect(shown.find((column) => column.spec === dropped)?.pinned).toBeUndefined();
          for (const kept of placed) {
            if (kept.pinned === undefined) expect(dropped.priority).toBeGreaterThanOrEqual(kept.spec.priority);
          }
        }
        const all = [...placed.map((column) => column.spec.id), ...gaveWay.map((spec) => spec.id)].sort();
        expect(all).toEqual(on.map((spec) => spec.id).sort());
      }),
    );
  });
});
