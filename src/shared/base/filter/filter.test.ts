import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fieldsOf, type Subject } from '../../fields/index.ts';
import { isCacheError } from '../errors.ts';
import { type Filter, type FilterTest, parseFilter, printFilter } from './index.ts';

/** Terms without their places. */
function bare(filter: Filter): unknown[] {
  return filter.terms.map(({ at: _at, end: _end, ...term }) => term);
}

const compare = (operator: string, value: number) => ({ type: 'compare', operator, value });

describe('parseFilter', () => {
  const accepted: [string, Subject, unknown[]][] = [
    ['', 'keys', []],
    ['  \t ', 'keys', []],
    [
      'size:>100MiB',
      'keys',
      [{ type: 'field', field: 'size', negated: false, tests: [compare('>', 100 * 1024 ** 2)] }],
    ],
    ['own:=10GB', 'keys', [{ type: 'field', field: 'size', negated: false, tests: [compare('=', 1e10)] }]],
    ['SIZE:7', 'layers', [{ type: 'field', field: 'size', negated: false, tests: [compare('=', 7)] }]],
    [
      'layers:1..5,>9',
      'keys',
      [{ type: 'field', field: 'layers', negated: false, tests: [{ type: 'range', from: 1, to: 5 }, compare('>', 9)] }],
    ],
    ['age:>1h30m', 'keys', [{ type: 'field', field: 'age', negated: false, tests: [compare('>', 5_400_000)] }]],
    [
      'kind:Copy,exec',
      'keys',
      [
        {
          type: 'field',
          field: 'kind',
          negated: false,
          tests: [
            { type: 'equals', text: 'copy' },
            { type: 'equals', text: 'exec' },
          ],
        },
      ],
    ],
    [
      '-step:"npm ci"',
      'keys',
      [{ type: 'field', field: 'name', negated: true, tests: [{ type: 'contains', text: 'npm ci' }] }],
    ],
    [
      'name:=a..b',
      'keys',
      [{ type: 'field', field: 'name', negated: false, tests: [{ type: 'equals', text: 'a..b' }] }],
    ],
    ['unused:>7d', 'keys', [{ type: 'field', field: 'unused', negated: false, tests: [compare('>', 604_800_000)] }]],
    [
      'npm "two words" -"a \\"b\\" \\\\"',
      'keys',
      [
        { type: 'text', text: 'npm', negated: false },
        { type: 'text', text: 'two words', negated: false },
        { type: 'text', text: 'a "b" \\', negated: true },
      ],
    ],
    [
      'sha256:abc1 1:2 a"b',
      'keys',
      [
        { type: 'text', text: 'sha256:abc1', negated: false },
        { type: 'text', text: '1:2', negated: false },
        { type: 'text', text: 'a"b', negated: false },
      ],
    ],
    [
      'present:no',
      'layers',
      [{ type: 'field', field: 'present', negated: false, tests: [{ type: 'equals', text: 'no' }] }],
    ],
  ];
  test.each(accepted)('%s (%s)', (text, subject, terms) => {
    expect(bare(parseFilter(text, subject))).toEqual(terms);
  });

  test('500 texts and values are a filter; one more is refused at its place', () => {
    const words = (count: number) => Array<string>(count).fill('npm').join(' ');
    expect(parseFilter(words(500), 'keys').terms).toHaveLength(500);
    expect(parseFilter(`kind:${Array<string>(499).fill('copy').join(',')} npm`, 'keys').terms).toHaveLength(2);
    for (const [text, at] of [
      [words(20_000), 2000],
      [`kind:${Array<string>(501).fill('copy').join(',')}`, 2505],
      [`kind:${Array<string>(500).fill('copy').join(',')} npm`, 2505],
    ] as const) {
      expect(() => parseFilter(text, 'keys')).toThrow(
        expect.objectContaining({ code: 'INVALID_INPUT', subject: `filter:${at}` }),
      );
    }
  });

  const refused: [string, Subject, number, RegExp][] = [
    ['npm colour:red', 'keys', 4, /kind, name, stage/],
    ['kind:copy', 'layers', 0, /digest, diffid, size/],
    ['https://host', 'keys', 0, /quotes/],
    ['kind:copy,exek', 'keys', 10, /exec, copy/],
    ['kind:>copy', 'keys', 5, /One or more of/],
    ['size:', 'keys', 5, /A size/],
    ['size:>', 'keys', 6, /A size/],
    ['size:>1MiB,', 'keys', 11, /A size/],
    ['size:,1', 'keys', 5, /A size/],
    ['size:>big', 'keys', 6, /100MiB/],
    ['size:1MiB..big', 'keys', 11, /range/],
    ['size:5MiB..1MiB', 'keys', 5, /smaller value first/],
    ['age:7d', 'keys', 4, /after > or </],
    ['age:>week', 'keys', 5, /36h/],
    ['users:>1.5', 'keys', 7, /whole number/],
    ['users:-1', 'keys', 6, /whole number/],
    ['name:>a', 'keys', 5, /after =/],
    ['size:">1"', 'keys', 5, /A size/],
    ['a "open', 'keys', 2, /at the end/],
    ['"a"b', 'keys', 3, /space/],
    ['name:"a"b', 'keys', 8, /space/],
    ['a -', 'keys', 2, /minus|must not match/],
  ];
  test.each(refused)('%s (%s) fails at %i', (text, subject, at, hint) => {
    let thrown: unknown;
    try {
      parseFilter(text, subject);
    } catch (error) {
      thrown = error;
    }
    expect(isCacheError(thrown, 'INVALID_INPUT')).toBe(true);
    expect(thrown).toMatchObject({ subject: `filter:${at}`, hint: expect.stringMatching(hint) });
  });

  test('every example of a field is accepted, and places cut out the term', () => {
    for (const subject of ['keys', 'layers'] as const) {
      for (const field of fieldsOf(subject)) {
        const text = `first ${field.example} "last one"`;
        const [, term] = parseFilter(text, subject).terms;
        expect(term).toMatchObject({ type: 'field', field: field.name });
        expect(text.slice(term?.at, term?.end)).toBe(field.example);
      }
    }
  });

  test('what is printed is read back as the same filter', () => {
    const texts = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', 'B', ' ', '"', '\\', ',', ':', '-', '=', '>', '.', '~', 'é', '\t') }),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('sha256:abcd', 'kind:copy', '-x', ''),
    );
    const numbers = fc.oneof(
      fc.nat(2000),
      fc.nat().map((n) => n * 1024),
      fc.constantFrom(0, 1e10, 1024 ** 4, 86_400_000, 5_400_000),
    );
    const terms = (subject: Subject) =>
      fc.oneof(
        fc.record({ type: fc.constant('text' as const), text: texts }),
        fc.constantFrom(...fieldsOf(subject)).chain((field) => {
          const test: fc.Arbitrary<FilterTest> =
            field.kind === 'choice'
              ? fc.constantFrom(...(field.choices ?? [])).map((text) => ({ type: 'equals', text }))
              : field.kind === 'text'
                ? fc.record({ type: fc.constantFrom('contains', 'equals'), text: texts })
                : fc.oneof(
                    fc.record({
                      type: fc.constant('compare' as const),
                      operator: fc.constantFrom('>', '>=', '<', '<=', '='),
                      value: numbers,
                    }),
                    fc
                      .tuple(numbers, numbers)
                      .map(([a, b]) => ({ type: 'range' as const, from: Math.min(a, b), to: Math.max(a, b) })),
                  );
          return fc.record({
            type: fc.constant('field' as const),
            field: fc.constant(field.name),
            tests: fc.array(test, { minLength: 1, maxLength: 3 }),
          });
        }),
      );
    for (const subject of ['keys', 'layers'] as const) {
      const filters = fc.array(fc.tuple(terms(subject), fc.boolean()), { maxLength: 5 });
      fc.assert(
        fc.property(filters, (parts) => {
          const filter: Filter = { terms: parts.map(([term, negated]) => ({ ...term, negated, at: 0, end: 0 })) };
          const text = printFilter(filter, subject);
          expect(bare(parseFilter(text, subject)), text).toEqual(bare(filter));
        }),
        { numRuns: 600 },
      );
    }
  });
});
