/**
 * A parsed filter: terms joined by AND. Offsets are UTF-16 positions in the text, for underlining and for cutting a
 * term out; they take no part in what the filter means.
 */
export interface Filter {
  readonly terms: readonly FilterTerm[];
}

/** One term, from `at` up to `end`. `negated`: what must not match. */
export type FilterTerm = TextTerm | FieldTerm;

interface TermPlace {
  readonly negated: boolean;
  readonly at: number;
  readonly end: number;
}

/** Bare or quoted text: a part of a name, a digest or an id, upper and lower case alike. */
export interface TextTerm extends TermPlace {
  readonly type: 'text';
  readonly text: string;
}

/** `field:test,test`: one of the tests must hold. `field` is the declared name, never an alias. */
export interface FieldTerm extends TermPlace {
  readonly type: 'field';
  readonly field: string;
  readonly tests: readonly FilterTest[];
}

/**
 * What a value is held against. Numbers are whole bytes, whole milliseconds (since 1970 for a `time`) or counts, by
 * the field's kind. `contains`
 * ignores case; `equals` does too. A range holds both its ends.
 */
export type FilterTest =
  | { readonly type: 'contains'; readonly text: string }
  | { readonly type: 'equals'; readonly text: string }
  | { readonly type: 'compare'; readonly operator: FilterOperator; readonly value: number }
  | { readonly type: 'range'; readonly from: number; readonly to: number };

export type FilterOperator = '>' | '>=' | '<' | '<=' | '=';
