import { expect, test } from 'vitest';
import { shortDigest } from '../../../shared/oci/digest.ts';
import { arrivedIn } from './use-blobs-now.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const blob = (letter: string) => ({ digest: digest(letter), mediaType: 'm', size: 1, state: 'to-copy' as const });
const preview = {
  records: 1,
  blobs: [blob('a'), blob('b'), blob('c'), blob('d')],
  copyBlobs: 4,
  copyBytes: 4,
  skipBlobs: 0,
  skipBytes: 0,
  resultsLeftOut: 0,
  warnings: [],
};

test('a log says which blobs have arrived, and how', () => {
  const said = (how: string, letter: string) => `${how} ${shortDigest(digest(letter))}, 73.5 KiB`;
  const log = ['0 of 4 blobs are there', said('copied', 'b'), said('mounted', 'c'), said('there', 'd')].map((text) => ({
    at: 0,
    text,
  }));
  expect(arrivedIn(log, preview)).toEqual(new Set(['b', 'c', 'd'].map(digest)));
});
