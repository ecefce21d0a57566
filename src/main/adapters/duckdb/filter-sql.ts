import { type Filter, type FilterTerm, type FilterTest, filterError } from '../../../shared/base/filter/index.ts';
import type { Parameter } from './database.ts';

/** A condition and what is bound to its question marks, in order. No text of a user is ever part of `sql`. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly Parameter[];
}

/** How the fields of a kind of row are found in SQL. */
export interface FilterTarget {
  /** Field → its column, or an expression over columns. Texts are lower-cased by it where they can hold capitals. */
  readonly columns: Readonly<Record<string, string>>;
  /** Where a bare text, in lower case, is looked for. */
  texts(text: string): readonly string[];
  /** Column of epoch milliseconds for `created`, and that ages count from; absent ones match neither. */
  readonly time: string;
  /** Durations other than `age` → the column of epoch milliseconds that they count from. */
  readonly ages?: Readonly<Record<string, string>>;
  /** Fields that are told apart without a column. */
  readonly conditions?: Readonly<Record<string, (test: FilterTest) => Condition>>;
  /** Fields that no source of this kind records, with the reason. */
  readonly unrecorded?: Readonly<Record<string, { readonly message: string; readonly hint: string }>>;
}

const ALWAYS: Condition = { sql: 'true', values: [] };

/**
 * The condition of a filter.
 * @param nowMs what ages are counted from
 * @throws `INVALID_INPUT` with subject `filter:<offset>` for a field the source does not record
 */
export function filterCondition(filter: Filter, target: FilterTarget, nowMs: number): Condition {
  return all(filter.terms.map((term) => termCondition(term, target, nowMs)));
}

/** Both hold. */
export function all(conditions: readonly Condition[]): Condition {
  if (conditions.length === 0) return ALWAYS;
  return {
    sql: conditions.map((c) => `(${c.sql})`).join(' AND '),
    values: conditions.flatMap((c) => c.values),
  };
}

function termCondition(term: FilterTerm, target: FilterTarget, nowMs: number): Condition {
  const tests =
    term.type === 'text'
      ? textConditions(term.text.toLowerCase(), target)
      : fieldConditions(term.field, term.tests, term.at, target, nowMs);
  const any = { sql: tests.map((t) => t.sql).join(' OR '), values: tests.flatMap((t) => t.values) };
  // NULL is "not known": it matches nothing, and so it does match what is negated.
  return term.negated ? { sql: `NOT coalesce(${any.sql}, false)`, values: any.values } : any;
}

function textConditions(text: string, target: FilterTarget): Condition[] {
  return target.texts(text).map((column) => ({ sql: `contains(${column}, ?)`, values: [text] }));
}

function fieldConditions(
  field: string,
  tests: readonly FilterTest[],
  at: number,
  target: FilterTarget,
  nowMs: number,
): Condition[] {
  const unrecorded = target.unrecorded?.[field];
  if (unrecorded) throw filterError(at, unrecorded.message, unrecorded.hint);
  const since = field === 'age' ? target.time : target.ages?.[field];
  if (since !== undefined) return tests.map((test) => ageCondition(test, since, nowMs));
  const condition = target.conditions?.[field];
  if (condition) return tests.map(condition);
  const column = field === 'created' ? target.time : target.columns[field];
  if (column === undefined) throw new RangeError(`no column for filter field ${field}`);
  return tests.map((test) => columnCondition(test, column));
}

function columnCondition(test: FilterTest, column: string): Condition {
  switch (test.type) {
    case 'contains':
      return { sql: `contains(${column}, ?)`, values: [test.text.toLowerCase()] };
    case 'equals':
      return { sql: `${column} = ?`, values: [test.text.toLowerCase()] };
    case 'compare':
      return { sql: `${column} ${test.operator} ?`, values: [test.value] };
    case 'range':
      return { sql: `${column} BETWEEN ? AND ?`, values: [test.from, test.to] };
  }
}

const TURNED = { '>': '<', '>=': '<=', '<': '>', '<=': '>=', '=': '=' } as const;

/** Older means earlier: the comparison turns round. */
function ageCondition(test: FilterTest, column: string, nowMs: number): Condition {
  if (test.type === 'compare') return { sql: `${column} ${TURNED[test.operator]} ?`, values: [nowMs - test.value] };
  if (test.type === 'range') return { sql: `${column} BETWEEN ? AND ?`, values: [nowMs - test.to, nowMs - test.from] };
  throw new RangeError('an age is a duration');
}
