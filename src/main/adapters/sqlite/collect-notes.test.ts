import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from 'vitest';
import { parseDigest } from '../../../shared/oci/digest.ts';
import type { CollectNotes } from '../../engine/ports/collect-notes.ts';
import { createSqliteCollectNotes } from './collect-notes.ts';

const DAY = 24 * 3_600_000;
const A = parseDigest(`sha256:${'a'.repeat(64)}`);
const B = parseDigest(`sha256:${'b'.repeat(64)}`);

describe('notes of collections', () => {
  let notes: CollectNotes;
  beforeEach(() => {
    notes = createSqliteCollectNotes(new DatabaseSync(':memory:'));
  });

  it('keep a plan for a day, for its own location', () => {
    notes.putPlan('s3://a', 'p-1', 1000, 'text');
    expect(notes.getPlan('s3://a', 'p-1', 1000 + DAY)).toBe('text');
    expect(notes.getPlan('s3://a', 'p-1', 1001 + DAY)).toBeUndefined();
    expect(notes.getPlan('s3://b', 'p-1', 1000)).toBeUndefined();
    notes.putPlan('s3://a', 'p-2', 1001 + DAY, 'other');
    expect(notes.getPlan('s3://a', 'p-1', 1000)).toBeUndefined();
  });

  it('keep what a plan deleted until it is brought back, the newest plan first', () => {
    const removal = (digest: typeof A, version?: string) => ({ digest, bytes: 5, since: 9, version });
    notes.noteRemovals('s3://a', 'p-1', 1, [removal(B), removal(A)]);
    notes.noteRemovals('s3://a', 'p-1', 1, [removal(B, 'v')]);
    notes.noteRemovals('s3://a', 'p-2', 2, [removal(A)]);
    expect(notes.removals('s3://a', 'p-1', 5)).toEqual([removal(A), removal(B, 'v')]);
    expect(notes.removals('s3://a', 'p-1', 1)).toEqual([removal(A)]);
    expect(notes.batches('s3://a')).toEqual([
      { plan: 'p-2', at: 2, blobs: 1, bytes: 5 },
      { plan: 'p-1', at: 1, blobs: 2, bytes: 10 },
    ]);
    notes.forgetRemovals('s3://a', 'p-1', [A, B]);
    expect(notes.batches('s3://a').map(({ plan }) => plan)).toEqual(['p-2']);
    expect(notes.batches('s3://b')).toEqual([]);
  });
});
