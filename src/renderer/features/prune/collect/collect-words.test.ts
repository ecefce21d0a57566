import { describe, expect, it } from 'vitest';
import type { CollectPlan, CollectReport } from '../../../../shared/model/collect.ts';
import { doneSentence, planSentence, reportLines } from './collect-words.ts';

const PLAN: CollectPlan = {
  plan: 'p-collect-000001',
  sourceId: 'bucket',
  createdAt: 0,
  olderThanMs: 172_800_000,
  goes: { blobs: 2, bytes: 2048 },
  stays: { needed: { blobs: 3, bytes: 10 }, young: { blobs: 1, bytes: 5 } },
  missing: 0,
  owners: [],
  manifests: 1,
  undo: 'none',
  warnings: [],
  applied: false,
};

const REPORT: CollectReport = {
  plan: PLAN.plan,
  removedBlobs: 1,
  freedBytes: 1024,
  stayed: { needed: 2, renewed: 0, gone: 0, refused: 0, 'not-tried': 0 },
  examples: [],
  changedManifests: ['main'],
  lost: [{ manifest: 'main', blobs: 1, areBack: false }],
  canUndo: false,
};

describe('words of a collection', () => {
  it('say what goes, and what stays why', () => {
    expect(planSentence(PLAN)).toBe(
      '2 blobs, 2.00 KiB, go. 3 blobs that manifests need stay, and 1 younger than 2 d 0 h.',
    );
    const nothing = { ...PLAN, goes: { blobs: 0, bytes: 0 }, stays: { ...PLAN.stays, young: { blobs: 0, bytes: 0 } } };
    expect(planSentence(nothing)).toBe('Nothing goes. 3 blobs that manifests need stay.');
  });

  it('say what happened, and what an export must repair', () => {
    expect(doneSentence(REPORT, false)).toBe('1 blob, 1.00 KiB, deleted.');
    expect(doneSentence(REPORT, true)).toBe('1 blob brought back.');
    const stopped = { code: 'CORRUPT' as const, message: 'Unreadable.' };
    expect(reportLines({ ...REPORT, stopped })).toEqual([
      'It ended before all was tried: Unreadable.',
      '2 blobs stayed: needed by a manifest that came or changed.',
      'main began to need 1 blob that had just gone: export it again.',
    ]);
  });
});
