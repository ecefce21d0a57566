import { expect, test } from 'vitest';
import type { PrunePlan } from '../../../shared/model/plan.ts';
import { READ_ONLY_CACHE } from '../../../shared/model/source-abilities.ts';
import { applySentence, planNote, planSentence } from './plan-words.ts';

function plan(goes: PrunePlan['goes'], stays: PrunePlan['goes']): PrunePlan {
  return {
    plan: 'p',
    sourceId: 's',
    policy: { all: true },
    exact: false,
    createdAt: 0,
    goes,
    stays,
    keepBytes: stays.bytes,
    freedBytes: goes.bytes,
    applied: false,
    kept: true,
  };
}

test.each([
  [
    plan({ records: 42, blobs: 30, bytes: 8_896_199 }, { records: 37, blobs: 9, bytes: 14_948_035 }),
    '42 records, 8.48 MiB, go. 37 records, 14.3 MiB, stay.',
  ],
  [
    plan({ records: 1, blobs: 1, bytes: 10 }, { records: 0, blobs: 0, bytes: 0 }),
    '1 record, 10 B, goes. Nothing stays.',
  ],
  [
    plan({ records: 0, blobs: 0, bytes: 0 }, { records: 3, blobs: 1, bytes: 2048 }),
    'Nothing goes: all 3 records, 2.00 KiB, stay.',
  ],
  [
    plan({ records: 0, blobs: 7, bytes: 700 }, { records: 3, blobs: 1, bytes: 2048 }),
    '7 blobs, 700 B, go. 3 records, 2.00 KiB, stay.',
  ],
])('says what a plan does', (one, words) => {
  expect(planSentence(one)).toBe(words);
});

test('says when the space is free', () => {
  const one = plan({ records: 42, blobs: 30, bytes: 8_896_199 }, { records: 37, blobs: 9, bytes: 14_948_035 });
  expect(applySentence(one)).toBe('42 of 79 records to the trash; 8.48 MiB are free once it is emptied.');
});

test('says where a plan can be applied, and that one which could not be written down ends with the program', () => {
  const store = { can: { ...READ_ONLY_CACHE, prune: 'here' as const } };
  const lost = / known to this program alone\.$/;
  expect(planNote(store, { exact: false, kept: true })).not.toMatch(lost);
  expect(planNote(store, { exact: true, kept: false })).toMatch(lost);
  expect(planNote(store, { exact: true, kept: true })).toMatch(/ Equal to BuildKit’s own choice\.$/);
  expect(planNote({ can: READ_ONLY_CACHE }, { exact: false, kept: false })).toMatch(
    /^This source is read-only: .*undone\.$/,
  );
});
