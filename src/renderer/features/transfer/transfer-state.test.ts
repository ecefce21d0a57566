import { describe, expect, test } from 'vitest';
import type { Job } from '../../../shared/model/job.ts';
import type { TransferPreview } from '../../../shared/model/transfer.ts';
import {
  blobState,
  copiedBytes,
  shownPreview,
  type TransferFacts,
  transferState,
  withSubject,
} from './transfer-state.ts';

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
  const a = new Set(['a']);
  const nothing = { arrived: none, copying: none };
  test.each([
    ['to-copy', 'ready', nothing, 'to-copy'],
    ['to-copy', 'running', nothing, 'waiting'],
    ['to-copy', 'running', { arrived: none, copying: a }, 'copying'],
    ['to-copy', 'running', { arrived: a, copying: a }, 'copied'],
    ['to-copy', 'done', nothing, 'copied'],
    ['to-copy', 'failed', { arrived: none, copying: a }, 'left'],
    ['to-copy', 'cancelled', { arrived: a, copying: none }, 'copied'],
    ['there', 'running', nothing, 'there'],
    ['missing', 'done', nothing, 'missing'],
  ] as const)('%s, %s', (state, phase, now, shown) => {
    expect(blobState({ digest: 'a', mediaType: 'm', size: 1, state }, phase, now)).toBe(shown);
  });
});

describe('the bytes that are there now', () => {
  const bytes = { ...job, progress: { phase: 'Copying', done: 3, total: 5, unit: 'bytes' as const, subject: 'a' } };
  const rest = { ...preview, copyBytes: 2 };
  test.each([
    ['of a job that runs, as it says', { job: bytes }, 3],
    ['while the source is read, none', { job: { ...job, progress: { ...job.progress, done: 4 } } }, 0],
    ['after it was cut off, all but the rest', { job: { ...job, state: 'cancelled' }, preview: rest }, 3],
    ['after it was cut off, none until the rest is known', { job: { ...job, state: 'failed' }, isOld: true }, 0],
    ['before it starts, none', {}, 0],
  ] as const)('%s', (_what, change, expected) => {
    const state = transferState({ ...facts, startedWith: preview, ...change } as TransferFacts);
    expect(copiedBytes(preview, state)).toBe(expected);
  });
});

test('the blobs named last are on their way', () => {
  expect(withSubject(['b', 'a'], 'a')).toEqual(['a', 'b']);
  expect(withSubject(['a'], undefined)).toEqual(['a']);
  const many = Array.from({ length: 20 }, (_, at) => String(at)).reduce<readonly string[]>(withSubject, []);
  expect(many.slice(0, 2)).toEqual(['19', '18']);
  expect(many.length).toBeLessThan(10);
});
