import { expect, test } from 'vitest';
import { shortDigest } from '../../../shared/oci/digest.ts';
import { copiedIn } from './use-blobs-now.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const blob = (letter: string) => ({ digest: digest(letter), mediaType: 'm', size: 1, state: 'to-copy' as const });
const preview = {
  records: 1,
  blobs: [blob('a'), blob('b')],
  copyBlobs: 2,
  copyBytes: 2,
  skipBlobs: 0,
  skipBytes: 0,
  resultsLeftOut: 0,
  warnings: [],
};

test('a log says which blobs were copied', () => {
  const log = [`0 of 2 blobs are there`, `copied ${shortDigest(digest('b'))}, 73.5 KiB`].map((text) => ({
    at: 0,
    text,
  }));
  expect(copiedIn(log, preview)).toEqual(new Set([digest('b')]));
});
