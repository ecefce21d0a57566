import { expect, test } from 'vitest';
import { previewSentence } from './preview-part.tsx';

const nothing = {
  records: 1,
  blobs: [],
  copyBlobs: 0,
  copyBytes: 0,
  skipBlobs: 0,
  skipBytes: 0,
  resultsLeftOut: 0,
  warnings: [],
};

test.each([
  [
    { copyBlobs: 13, copyBytes: 1_058_000, skipBlobs: 15, skipBytes: 2_780_000 },
    '1 record: 13 blobs, 1.01 MiB, to copy. 15 blobs, 2.65 MiB, are there already.',
  ],
  [{ copyBlobs: 1, copyBytes: 10 }, '1 record: 1 blob, 10 B, to copy.'],
  [
    { skipBlobs: 1, skipBytes: 10 },
    '1 record. Nothing to copy: only the references are written. 1 blob, 10 B, is there already.',
  ],
])('says what a transfer does', (change, words) => {
  expect(previewSentence({ ...nothing, ...change })).toBe(words);
});
