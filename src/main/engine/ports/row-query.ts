import type { SortColumn } from '../../../shared/fields/index.ts';

/**
 * Which rows match, over columns of a catalog. Texts are compared in lower case, on both sides. A row without a value in the
 * column matches no test, and so it does match what is negated.
 */
export type RowFilter<Column extends string> =
  /** Of none: every row (`all`), no row (`any`). */
  | { readonly type: 'all' | 'any'; readonly of: readonly RowFilter<Column>[] }
  | { readonly type: 'not'; readonly of: RowFilter<Column> }
  | { readonly type: 'known'; readonly column: Column }
  | { readonly type: 'contains' | 'begins'; readonly column: Column; readonly text: string }
  | { readonly type: 'in'; readonly column: Column; readonly values: readonly string[] | readonly number[] }
  | {
      readonly type: 'compare';
      readonly column: Column;
      readonly operator: '<' | '<=' | '=' | '>=' | '>';
      readonly value: number | string;
    }
  /** Both ends belong to it. */
  | { readonly type: 'range'; readonly column: Column; readonly from: number; readonly to: number };

/**
 * Rows of a catalog. Without an order they come in that of the source, and so do rows of equal order; what has no value comes
 * last, in either direction. Texts are ordered in lower case.
 */
export interface RowQuery<Column extends string> {
  readonly where: RowFilter<Column>;
  /** The most significant column first. */
  readonly order: readonly SortColumn<Column>[];
}

/** A window over the rows: `limit` of them from `offset`, both whole numbers. */
export interface Window {
  readonly offset: number;
  readonly limit: number;
}
