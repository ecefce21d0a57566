import { describe, expect, test } from 'vitest';
import { parseFilter } from '../../../shared/base/filter/index.ts';
import { fieldsOf } from '../../../shared/fields/index.ts';
import { inserted, suggest } from './suggest.ts';

const inserts = (text: string, caret = text.length): string[] => suggest(text, caret, 'keys').map((s) => s.insert);

describe('autocomplete', () => {
  test('offers fields by their beginning, and the word as text', () => {
    expect(inserts('re')).toEqual(['ref:', 'reclaimable:', 'results:', '"re"']);
    expect(suggest('re', 2, 'keys')[0]?.matched).toBe(2);
    expect(inserts('-re')).toContain('results:');
    expect(inserts('own')).toEqual(['size:', '"own"']);
  });

  test('offers every field where nothing is typed yet', () => {
    expect(inserts('')).toEqual(fieldsOf('keys').map((f) => `${f.name}:`));
    expect(inserts('kind:copy ')).toContain('size:');
  });

  test('offers values of a field, also after a comma', () => {
    expect(inserts('kind:c')).toEqual(['copy', 'content']);
    expect(inserts('kind:copy,ex')).toEqual(['exec']);
    expect(inserts('named:')).toEqual(['yes', 'no']);
    expect(inserts('size:>10')).toEqual(['>10MiB', '>100MiB']);
    expect(inserts('nothing:')).toEqual([]);
  });

  test('offers values that are known from the source', () => {
    const found = suggest('ref:', 4, 'keys', { ref: ['latest', 'my branch'] }).map((s) => s.insert);
    expect(found).toEqual(['=latest', '="my branch"']);
  });

  test('does not mistake a space in quotes for the end of a term', () => {
    expect(inserts('name:"npm re')).toEqual([]);
  });

  test('puts a suggestion in its place', () => {
    const at = (text: string, insert: string, caret = text.length) => {
      const found = suggest(text, caret, 'keys').find((s) => s.insert === insert);
      return found && inserted(text, found);
    };
    expect(at('size:>1MiB re', 'results:')).toEqual({ text: 'size:>1MiB results:', caret: 19 });
    expect(at('kind:copy,ex', 'exec')).toEqual({ text: 'kind:copy,exec ', caret: 15 });
    expect(at('kind:co size:0', 'copy', 7)).toEqual({ text: 'kind:copy size:0', caret: 9 });
    expect(at('-re', 'results:')).toEqual({ text: '-results:', caret: 9 });
  });

  test.each(['keys', 'layers'] as const)('every value that is offered for %s is one of its field', (subject) => {
    for (const { name, kind } of fieldsOf(subject)) {
      const text = `${name}:`;
      const found = suggest(text, text.length, subject);
      expect(found.length > 0, name).toBe(!['text', 'time'].includes(kind));
      for (const { insert } of found) {
        expect(parseFilter(text + insert, subject).terms, text + insert).toMatchObject([{ field: name }]);
      }
    }
  });
});
