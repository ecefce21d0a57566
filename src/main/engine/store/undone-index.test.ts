import { describe, expect, test } from 'vitest';
import type { LayoutIndexDocument } from '../../../shared/oci/layout-index.ts';
import { ANNOTATIONS } from '../../../shared/oci/media-types.ts';
import { undoneIndex } from './undone-index.ts';

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
      beside: [],
    },
    {
      name: 'what was imported since stays',
      now: index(entry('a', 'a2'), entry('b', 'b9'), entry('d', 'd1')),
      manifests: [entry('a', 'a1'), entry('b', 'b9'), entry('d', 'd1'), entry('c', 'c1')],
      beside: [],
    },
    {
      name: 'what has taken a name since keeps it',
      now: index(entry('a', 'a3'), entry('c', 'c3'), entry('c-restored', 'x')),
      manifests: [
        entry('a', 'a3'),
        entry('c', 'c3'),
        entry('c-restored', 'x'),
        entry('a-restored', 'a1'),
        entry('c-restored-2', 'c1'),
      ],
      beside: [
        { ref: 'a', as: 'a-restored' },
        { ref: 'c', as: 'c-restored-2' },
      ],
    },
    {
      name: 'a reference that was removed comes back',
      now: index(entry('b', 'b1')),
      manifests: [entry('b', 'b1'), entry('a', 'a1'), entry('c', 'c1')],
      beside: [],
    },
  ])('$name; twice is once', ({ now, manifests, beside }) => {
    const undone = undoneIndex({ before, after, now, cause: 'prune' });
    expect(JSON.parse(undone.text)).toEqual(index(...manifests));
    expect(undone.beside).toEqual(beside);
    expect(undone.references).toEqual(['a', 'c'].filter((ref) => !beside.some((one) => one.ref === ref)));
    const again = undoneIndex({ before, after, now: JSON.parse(undone.text), cause: 'prune' });
    expect(again).toEqual({ text: undone.text, references: [], beside: [] });
  });

  test('of an import: what it brought stays under another name', () => {
    const undoing = { before: index(entry('a', 'a1')), after: index(entry('a', 'n')), cause: 'import' } as const;
    const { text, references, beside } = undoneIndex({ ...undoing, now: undoing.after });
    expect(JSON.parse(text)).toEqual(index(entry('a', 'a1'), entry('a-imported', 'n')));
    expect([references, beside]).toEqual([['a'], [{ ref: 'a', as: 'a-imported' }]]);
    expect(undoneIndex({ ...undoing, now: JSON.parse(text) })).toEqual({ text, references: [], beside: [] });
  });

  test('a name is never longer than a tag may be', () => {
    const long = 'x'.repeat(128);
    const undoing = { before: index(entry(long, '1')), after: index(entry(long, '2')), cause: 'prune' } as const;
    const undone = undoneIndex({ ...undoing, now: index(entry(long, '3')) });
    const [{ as } = { as: '' }] = undone.beside;
    expect(as.length).toBeLessThanOrEqual(128);
    expect(undoneIndex({ ...undoing, now: JSON.parse(undone.text) }).beside).toEqual([]);
  });
});
