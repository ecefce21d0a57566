import { expect, test } from 'vitest';
import type { ColumnSpec } from './column-layout.ts';
import { orderedIds, visibilityOf } from './column-state.ts';

const SPECS: readonly ColumnSpec[] = [
  { id: 'digest', title: 'Digest', widthPx: 120, priority: 0, isFixed: true },
  { id: 'step', title: 'Step', widthPx: 240, priority: 0 },
  { id: 'users', title: 'Users', widthPx: 40, priority: 1 },
  { id: 'layers', title: 'Layers', widthPx: 50, priority: 4, offAtFirst: true },
  { id: 'used', title: 'Last used', widthPx: 78, priority: 5, unavailable: 'Not recorded in an OCI layout.' },
];

test('a column that is new in a later version stands where it stands by default', () => {
  expect(orderedIds(SPECS, [])).toEqual(['digest', 'step', 'users', 'layers', 'used']);
  expect(orderedIds(SPECS, ['step', 'digest', 'users', 'gone'])).toEqual(['step', 'digest', 'users', 'layers', 'used']);
  expect(orderedIds(SPECS, ['users', 'digest'])).toEqual(['users', 'layers', 'used', 'digest', 'step']);
});

test.each([
  ['nothing was chosen', {}, ['digest', 'step', 'users']],
  ['one is turned on', { layers: true }, ['digest', 'step', 'users', 'layers']],
  ['one is turned off', { users: false }, ['digest', 'step']],
  ['one that must stay is turned off', { digest: false }, ['digest', 'step', 'users']],
  ['one that cannot be filled is turned on', { used: true }, ['digest', 'step', 'users']],
])('which columns are on where %s', (_, chosen, on) => {
  const visibility = visibilityOf(SPECS, chosen as Readonly<Record<string, boolean>>);
  expect(Object.keys(visibility).filter((id) => visibility[id])).toEqual(on);
});
