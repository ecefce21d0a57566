import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ColumnChoice,
  type ColumnSpec,
  isOn,
  layOutColumns,
  moveColumn,
  NO_CHOICE,
  orderedColumns,
  resizeColumn,
  toggleColumn,
} from './column-layout.ts';

const SPECS: readonly ColumnSpec[] = [
  { id: 'digest', title: 'Digest', widthPx: 120, priority: 0, isFixed: true },
  { id: 'step', title: 'Step', widthPx: 240, minPx: 120, flexible: true, priority: 0, isFixed: true },
  { id: 'users', title: 'Users', widthPx: 40, priority: 1 },
  { id: 'adds', title: 'Adds', widthPx: 66, priority: 2 },
  { id: 'created', title: 'Created', widthPx: 78, priority: 3 },
  { id: 'layers', title: 'Layers', widthPx: 50, priority: 4, offAtFirst: true },
  { id: 'used', title: 'Last used', widthPx: 78, priority: 5, unavailable: 'Not recorded in an OCI layout.' },
];

const shown = (choice: ColumnChoice, room = 1000): string[] =>
  layOutColumns(SPECS, choice, room).columns.map((c) => c.spec.id);
const spec = (id: string): ColumnSpec => SPECS.find((s) => s.id === id) ?? { id, title: id, widthPx: 0, priority: 0 };

describe('columns', () => {
  test('the flexible one takes what is left', () => {
    const { columns } = layOutColumns(SPECS, NO_CHOICE, 800);
    expect(columns.reduce((sum, c) => sum + c.widthPx, 0)).toBe(800);
    expect(columns.find((c) => c.spec.id === 'step')?.widthPx).toBe(800 - 120 - 40 - 66 - 78);
  });

  test('give way from the right by priority when it is narrow, and come back', () => {
    expect(shown(NO_CHOICE, 424)).toEqual(['digest', 'step', 'users', 'adds', 'created']);
    expect(shown(NO_CHOICE, 423)).toEqual(['digest', 'step', 'users', 'adds']);
    expect(shown(NO_CHOICE, 300)).toEqual(['digest', 'step', 'users']);
    expect(shown(NO_CHOICE, 200)).toEqual(['digest', 'step']);
    expect(layOutColumns(SPECS, NO_CHOICE, 300).gaveWay.map((s) => s.id)).toEqual(['created', 'adds']);
  });

  test('that never give way are squeezed where there is hardly any room', () => {
    const { columns } = layOutColumns(SPECS, NO_CHOICE, 200);
    expect(columns.map((c) => c.widthPx)).toEqual([40, 160]);
    expect(layOutColumns(SPECS, NO_CHOICE, 60).columns.map((c) => c.widthPx)).toEqual([40, 80]);
  });

  test('are turned on and off, but not the ones that stay or cannot be filled', () => {
    const on = toggleColumn(spec('layers'), NO_CHOICE);
    expect(shown(on)).toContain('layers');
    expect(shown(toggleColumn(spec('layers'), on))).not.toContain('layers');
    expect(shown(toggleColumn(spec('digest'), NO_CHOICE))).toContain('digest');
    expect(shown(toggleColumn(spec('used'), NO_CHOICE))).not.toContain('used');
    expect(shown({ ...NO_CHOICE, on: ['used'], off: ['digest'] })).toEqual(shown(NO_CHOICE));
  });

  test('move past their visible neighbour, not past one that is off', () => {
    expect(shown(moveColumn(SPECS, NO_CHOICE, 'created', -1))).toEqual(['digest', 'step', 'users', 'created', 'adds']);
    expect(shown(moveColumn(SPECS, NO_CHOICE, 'digest', -1))).toEqual(shown(NO_CHOICE));
    const moved = moveColumn(SPECS, NO_CHOICE, 'users', 2);
    expect(shown(moved)).toEqual(['digest', 'step', 'adds', 'created', 'users']);
    expect(shown(moveColumn(SPECS, moved, 'users', -2))).toEqual(shown(NO_CHOICE));
  });

  test('keep a width within what can be read', () => {
    expect(resizeColumn(spec('adds'), NO_CHOICE, 3).widths.adds).toBe(40);
    expect(resizeColumn(spec('step'), NO_CHOICE, 3).widths.step).toBe(120);
    expect(resizeColumn(spec('adds'), NO_CHOICE, 99.6).widths.adds).toBe(100);
  });

  test('one that is new in a later version stands where it stands by default', () => {
    const kept: ColumnChoice = { ...NO_CHOICE, order: ['step', 'digest', 'created', 'users', 'gone'] };
    expect(orderedColumns(SPECS, kept).map((s) => s.id)).toEqual([
      'step',
      'digest',
      'created',
      'layers',
      'used',
      'users',
      'adds',
    ]);
  });

  test('no room is ever left empty or overdrawn beyond the columns that always stay', () => {
    const choices = fc.record({
      order: fc.shuffledSubarray(SPECS.map((s) => s.id)),
      on: fc.subarray(SPECS.map((s) => s.id)),
      off: fc.subarray(SPECS.map((s) => s.id)),
      widths: fc.dictionary(fc.constantFrom(...SPECS.map((s) => s.id)), fc.integer({ min: 0, max: 900 })),
    });
    fc.assert(
      fc.property(choices, fc.integer({ min: 0, max: 3000 }), (choice, room) => {
        const { columns, gaveWay } = layOutColumns(SPECS, choice, room);
        const width = columns.reduce((sum, c) => sum + c.widthPx, 0);
        const hasFlexible = columns.some((c) => c.spec.flexible);
        if (columns.some((c) => c.spec.priority > 0) && hasFlexible) expect(width).toBe(room);
        for (const dropped of gaveWay) {
          for (const kept of columns) expect(dropped.priority).toBeGreaterThanOrEqual(kept.spec.priority);
        }
        const all = [...columns.map((c) => c.spec), ...gaveWay].map((s) => s.id).sort();
        expect(all).toEqual(
          SPECS.filter((s) => isOn(s, choice))
            .map((s) => s.id)
            .sort(),
        );
      }),
    );
  });
});
