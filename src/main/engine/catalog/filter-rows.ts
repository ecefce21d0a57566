import { type Filter, type FilterTerm, type FilterTest, filterError } from '../../../shared/base/filter/index.ts';
import { type Field, findField } from '../../../shared/fields/index.ts';
import type { RowFilter } from '../ports/row-query.ts';

/** What a filter means for the rows of one source. */
export interface FilterMeaning<Column extends string> {
  readonly fields: readonly Field<Column>[];
  /** Epoch milliseconds that durations count from. */
  readonly nowMs: number;
  /** True where the source records what only daemons do. */
  readonly hasUsage: boolean;
  /** Fields that are told apart by something else than the value of a column. */
  readonly special?: Readonly<Record<string, (test: FilterTest) => RowFilter<Column>>>;
  /** Columns that a text need not be looked for in. */
  readonly isRedundant?: (column: Column, text: string) => boolean;
}

/**
 * Returns which rows a filter matches, over the columns of a catalog.
 * @throws `INVALID_INPUT` with subject `filter:<offset>` for a field that the source does not record
 */
export function filterRows<Column extends string>(filter: Filter, meaning: FilterMeaning<Column>): RowFilter<Column> {
  return { type: 'all', of: filter.terms.map((term) => ofTerm(term, meaning)) };
}

function ofTerm<Column extends string>(term: FilterTerm, meaning: FilterMeaning<Column>): RowFilter<Column> {
  const matching = term.type === 'text' ? ofText(term.text.toLowerCase(), meaning) : ofField(term, meaning);
  return term.negated ? { type: 'not', of: matching } : matching;
}

function ofText<Column extends string>(
  text: string,
  { fields, isRedundant }: FilterMeaning<Column>,
): RowFilter<Column> {
  const columns = fields.filter(({ isSearched }) => isSearched).map(({ column }) => column);
  const looked = columns.filter((column) => !isRedundant?.(column, text));
  return { type: 'any', of: looked.map((column) => ({ type: 'contains', column, text })) };
}

function ofField<Column extends string>(
  { field: name, tests, at }: FilterTerm & { type: 'field' },
  { fields, nowMs, hasUsage, special }: FilterMeaning<Column>,
): RowFilter<Column> {
  const field = findField(fields, name);
  if (field === undefined) throw new RangeError(`no field ${name}`);
  const { unrecorded } = field;
  if (unrecorded && !hasUsage) throw filterError(at, unrecorded.message, unrecorded.hint);
  const ofTest = special?.[name] ?? ((test: FilterTest) => testRows(test, field, nowMs));
  return { type: 'any', of: tests.map(ofTest) };
}

function testRows<Column extends string>(test: FilterTest, field: Field<Column>, nowMs: number): RowFilter<Column> {
  const { column } = field;
  switch (test.type) {
    case 'contains':
      return { type: 'contains', column, text: test.text.toLowerCase() };
    case 'equals':
      return field.yes === undefined
        ? { type: 'compare', column, operator: '=', value: test.text.toLowerCase() }
        : isTrue(column, field.yes, test.text === 'yes');
    case 'compare':
      // Older means earlier: the comparison turns round.
      return field.kind === 'duration'
        ? { type: 'compare', column, operator: TURNED[test.operator], value: nowMs - test.value }
        : { type: 'compare', column, operator: test.operator, value: test.value };
    case 'range':
      return field.kind === 'duration'
        ? { type: 'range', column, from: nowMs - test.to, to: nowMs - test.from }
        : { type: 'range', column, from: test.from, to: test.to };
  }
}

const TURNED = { '>': '<', '>=': '<=', '<': '>', '<=': '>=', '=': '=' } as const;

function isTrue<Column extends string>(column: Column, yes: number | 'known', wanted: boolean): RowFilter<Column> {
  const holds: RowFilter<Column> =
    yes === 'known' ? { type: 'known', column } : { type: 'compare', column, operator: '=', value: yes };
  return wanted ? holds : { type: 'not', of: holds };
}
