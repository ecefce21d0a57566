import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFilter, printFilter } from '../../../shared/base/filter/index.ts';
import {
  chipParts,
  committed,
  draftError,
  draftOf,
  EMPTY_DRAFT,
  editingChip,
  expressionOf,
  switched,
  typed,
  withoutChip,
} from './draft.ts';

const TERMS = [
  'kind:copy,exec',
  'size:>1MiB',
  '-stage:base',
  '"npm ci"',
  'users:0',
  'name:"a \\"b\\""',
  'sha256:4f1c',
  're',
];

describe('a filter as chips and text', () => {
  test('a finished term becomes a chip', () => {
    const draft = typed(typed(EMPTY_DRAFT, 'size:>1MiB', 'keys'), 'size:>1MiB ', 'keys');
    expect(draft.chips).toEqual(['size:>1MiB']);
    expect(draft.text).toBe('');
  });

  test('a space inside quotes finishes nothing', () => {
    expect(typed(EMPTY_DRAFT, '"npm ', 'keys')).toEqual({ ...EMPTY_DRAFT, text: '"npm ' });
  });

  test('what is wrong stays text, with the place of the error', () => {
    const draft = typed(draftOf('kind:copy', 'keys'), 'size:>1x ', 'keys');
    expect(draft).toEqual({ chips: ['kind:copy'], text: 'size:>1x ', asText: false });
    expect(draftError(draft, 'keys')).toMatchObject({ at: 6, end: 8 });
    expect(draftError({ ...EMPTY_DRAFT, text: 'size:' }, 'keys')).toMatchObject({ at: 4, end: 5 });
    expect(draftError({ ...EMPTY_DRAFT, text: 'size:>1MiB' }, 'keys')).toBeUndefined();
  });

  test('a chip is edited and removed', () => {
    const draft = { ...draftOf('kind:copy size:>1MiB', 'keys'), text: 'users:0' };
    expect(editingChip(draft, 0, 'keys')).toEqual({
      chips: ['size:>1MiB', 'users:0'],
      text: 'kind:copy',
      asText: false,
    });
    expect(withoutChip(draft, 1).chips).toEqual(['kind:copy']);
  });

  test('a chip shows its name and its value', () => {
    expect(chipParts('size:>1MiB')).toEqual({ name: 'size', value: '>1MiB' });
    expect(chipParts('-kind:copy,exec')).toEqual({ name: '-kind', value: 'copy,exec' });
    expect(chipParts('"npm ci"')).toEqual({ name: undefined, value: '"npm ci"' });
    expect(chipParts('sha256:4f1c')).toEqual({ name: undefined, value: 'sha256:4f1c' });
    expect(chipParts('name:"a:b"')).toEqual({ name: 'name', value: '"a:b"' });
  });

  test('both renderings are the same expression', () => {
    fc.assert(
      fc.property(fc.subarray(TERMS), fc.constantFrom('', ...TERMS), (terms, text) => {
        const draft = { ...draftOf(terms.join(' '), 'keys'), text };
        const meaning = (expression: string): string => printFilter(parseFilter(expression, 'keys'), 'keys');
        const all = meaning([...terms, text].join(' '));
        expect(meaning(expressionOf(draft))).toBe(all);
        expect(meaning(expressionOf(switched(draft, 'keys')))).toBe(all);
        expect(meaning(expressionOf(switched(switched(draft, 'keys'), 'keys')))).toBe(all);
        expect(meaning(expressionOf(committed(draft, 'keys')))).toBe(all);
      }),
    );
  });
});
