import { expect, test } from 'vitest';
import { createDuReader } from '../daemon/du-listing.ts';
import { duSnapshot } from '../daemon/du-snapshot.ts';
import { runSteps } from '../streams/steps.ts';
import { deriveCatalog } from './derive.ts';

test('a record on more parents than a call takes arguments has the bytes of all that are there', () => {
  const parents = Array.from({ length: 200_000 }, (_, n) => `gone${n}`);
  const text = JSON.stringify([
    { id: 'top', size: 1, recordType: 'regular', parents: [...parents, 'below'] },
    { id: 'below', size: 20, recordType: 'regular' },
  ]);
  const reader = createDuReader('du.json');
  reader.push(text);
  const { records } = runSteps(deriveCatalog(duSnapshot(reader.end(), 'fingerprint')));
  expect(records.ownId).toEqual(['top', 'below']);
  expect([...records.ownBytes]).toEqual([21, 20]);
  expect([...records.sharedBytes]).toEqual([20, 20]);
});
