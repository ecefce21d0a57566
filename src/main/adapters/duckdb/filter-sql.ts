import type { RowFilter } from '../../engine/ports/row-query.ts';
import type { Parameter } from './database.ts';

/** A condition and what is bound to its question marks, in order. No text of a user is ever part of `sql`. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly Parameter[];
}

/** Column of a catalog → how it is found in SQL: a column, or an expression over columns. Texts in lower case. */
export type ColumnSql<Column extends string> = Readonly<Record<Column, string>>;

/** Returns the condition that a filter is in SQL. */
export function filterSql<Column extends string>(filter: RowFilter<Column>, columns: ColumnSql<Column>): Condition {
  switch (filter.type) {
    case 'all':
      return join(filter.of, 'AND', columns);
    case 'any':
      return join(filter.of, 'OR', columns);
    case 'not': {
      // NULL is "not known": it matches nothing, and so it does match what is negated.
      const { sql, values } = filterSql(filter.of, columns);
      return { sql: `NOT coalesce(${sql}, false)`, values };
    }
    case 'known':
      return { sql: `${columns[filter.column]} IS NOT NULL`, values: [] };
    case 'contains':
      return { sql: `contains(${columns[filter.column]}, ?)`, values: [filter.text] };
    case 'begins': {
      // A range skips most of a sorted table, and no character comes after the last one.
      const { column, text } = filter;
      return { sql: `${columns[column]} BETWEEN ? AND ?`, values: [text, `${text}\u{10ffff}`] };
    }
    case 'in':
      return inSql(columns[filter.column], filter.values);
    case 'compare':
      return { sql: `${columns[filter.column]} ${filter.operator} ?`, values: [filter.value] };
    case 'range':
      return { sql: `${columns[filter.column]} BETWEEN ? AND ?`, values: [filter.from, filter.to] };
  }
}

/** Both hold. */
export function both(a: Condition, b: Condition): Condition {
  return { sql: `(${a.sql}) AND (${b.sql})`, values: [...a.values, ...b.values] };
}

function join<Column extends string>(
  filters: readonly RowFilter<Column>[],
  word: 'AND' | 'OR',
  columns: ColumnSql<Column>,
): Condition {
  const conditions = filters.map((filter) => filterSql(filter, columns));
  const [only, ...others] = conditions;
  if (only === undefined) return { sql: word === 'AND' ? 'true' : 'false', values: [] };
  if (others.length === 0) return only;
  return {
    sql: conditions.map(({ sql }) => `(${sql})`).join(` ${word} `),
    values: conditions.flatMap(({ values }) => values),
  };
}

function inSql(column: string, values: readonly string[] | readonly number[]): Condition {
  const [only, ...others] = values;
  if (only === undefined) return { sql: 'false', values: [] };
  if (others.length === 0) return { sql: `${column} = ?`, values: [only] };
  return { sql: `${column} IN (SELECT unnest(?))`, values: [values] };
}
