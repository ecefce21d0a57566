import { describe, expect, test } from 'vitest';
import type { LayoutIndexDocument } from '../../../shared/oci/layout-index.ts';
import { ANNOTATIONS } from '../../../shared/oci/media-types.ts';
import { restoredIndex } from './restored-index.ts';

const entry = (ref: string, digest: string) => ({
  mediaType: 'm',
  digest,
  size: 1,
  annotations: { [ANNOTATIONS.refName]: ref },
});
const index = (...entries: ReturnType<typeof entry>[]): LayoutIndexDocument => ({
  schemaVersion: 2,
  manifests: entries,
});

describe('an index with a plan taken back', () => {
  const before = index(entry('a', 'a1'), entry('b', 'b1'), entry('c', 'c1'));
  /** `a` was rewritten, `b` left alone, `c` dropped. */
  const after = index(entry('a', 'a2'), entry('b', 'b1'));

  test.each([
    {
      name: 'nothing else happened',
      now: after,
      manifests: [entry('a', 'a1'), entry('b', 'b1'), entry('c', 'c1')],
      leftAlone: [],
    },
    {
      name: 'what was imported since stays',
      now: index(entry('a', 'a2'), entry('b', 'b9'), entry('d', 'd1')),
      manifests: [entry('a', 'a1'), entry('b', 'b9'), entry('d', 'd1'), entry('c', 'c1')],
      leftAlone: [],
    },
    {
      name: 'a reference that was written anew is left alone',
      now: index(entry('a', 'a3'), entry('b', 'b1'), entry('c', 'c3')),
      manifests: [entry('a', 'a3'), entry('b', 'b1'), entry('c', 'c3')],
      leftAlone: ['a', 'c'],
    },
    {
      name: 'a reference that was removed is left alone',
      now: index(entry('b', 'b1')),
      manifests: [entry('b', 'b1'), entry('c', 'c1')],
      leftAlone: ['a'],
    },
  ])('$name', ({ now, manifests, leftAlone }) => {
    const restored = restoredIndex(before, after, now);
    expect(JSON.parse(restored.text)).toEqual(index(...manifests));
    expect(restored.leftAlone).toEqual(leftAlone);
    expect(restored.references).toEqual(['a', 'c'].filter((ref) => !leftAlone.includes(ref)));
  });
});
