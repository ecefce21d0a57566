import { describe, expect, test } from 'vitest';
import type { Job } from '../../../shared/model/job.ts';
import type { TransferPreview } from '../../../shared/model/transfer.ts';
import { blobState, shownPreview, type TransferFacts, transferState } from './transfer-state.ts';

const preview: TransferPreview = {
  records: 3,
  blobs: [{ digest: 'a', mediaType: 'm', size: 5, state: 'to-copy' }],
  copyBlobs: 1,
  copyBytes: 5,
  skipBlobs: 0,
  skipBytes: 0,
  resultsLeftOut: 0,
  warnings: [],
};
const job: Job = {
  id: 'j',
  kind: 'import',
  title: 'Import',
  state: 'running',
  progress: { phase: 'Copying', done: 0, unit: 'bytes' },
  startedAt: 0,
};
const facts: TransferFacts = {
  hasTarget: true,
  preview,
  isOld: false,
  previewError: undefined,
  startedWith: undefined,
  job: undefined,
};
const error = { code: 'INVALID_INPUT', message: 'This is the source itself.' } as const;
const manifest = { mediaType: 'm', digest: 'sha256:x', size: 1 };

describe('transferState', () => {
  test.each([
    ['choosing', { hasTarget: false }],
    ['previewing', { preview: undefined }],
    ['previewing', { isOld: true }],
    ['ready', {}],
    ['refused', { previewError: error }],
    ['running', { job }],
    ['failed', { job: { ...job, state: 'failed', error } }],
    ['cancelled', { job: { ...job, state: 'cancelled' } }],
  ] as const)('%s', (phase, change) => {
    expect(transferState({ ...facts, ...change } as TransferFacts).phase).toBe(phase);
  });

  test('done, with its report', () => {
    const report = {
      blobsCopied: 1,
      blobsSkipped: 0,
      bytesCopied: 5,
      resultsLeftOut: 0,
      manifest,
      warnings: [],
      commands: [],
    };
    const state = transferState({ ...facts, job: { ...job, state: 'done', result: { kind: 'import', report } } });
    expect(state).toMatchObject({ phase: 'done', report });
  });

  test('the old preview stays in sight while the next is on its way', () => {
    expect(shownPreview(transferState({ ...facts, isOld: true }))).toBe(preview);
    expect(shownPreview(transferState({ ...facts, hasTarget: false }))).toBeUndefined();
  });
});

describe('blobState', () => {
  const none = new Set<string>();
  test.each([
    ['to-copy', 'ready', none, 'to-copy'],
    ['to-copy', 'running', none, 'waiting'],
    ['to-copy', 'running', new Set(['a']), 'copied'],
    ['to-copy', 'done', none, 'copied'],
    ['to-copy', 'failed', none, 'left'],
    ['to-copy', 'cancelled', new Set(['a']), 'copied'],
    ['there', 'running', none, 'there'],
    ['missing', 'done', none, 'missing'],
  ] as const)('%s, %s', (state, phase, arrived, shown) => {
    expect(blobState({ digest: 'a', mediaType: 'm', size: 1, state }, phase, arrived)).toBe(shown);
  });
});
