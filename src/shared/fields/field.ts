/**
 * What the values of a field are. `text` matches a part of the text, or all of it after `=`; `choice` is one word of a
 * closed list; `bytes`, `duration`, `time` (an instant, UTC) and `count` compare.
 */
export type FieldKind = 'text' | 'choice' | 'bytes' | 'duration' | 'time' | 'count';

/** A column that rows sort by, from small to large; with a minus sign from large to small. */
export type SortColumn<Column extends string> = Column | `-${Column}`;

/**
 * A field of the rows of a table: what a filter and a sort may name, what the completion offers, what the heading of its
 * column says, and which column of a catalog holds it.
 */
export interface Field<Column extends string = string> {
  readonly name: string;
  /** Other spellings, in filters and sorts. */
  readonly aliases: readonly string[];
  /** Its name in the JSON of a row, where that is another one: a sort may name it too. */
  readonly json?: string;
  readonly kind: FieldKind;
  /** The words of a `choice`. */
  readonly choices?: readonly string[];
  /** The column of a catalog that a filter looks at. A duration counts from the instant that is in it. */
  readonly column: Column;
  /** Of a choice between yes and no: the value of the column that means yes; `known` for any. */
  readonly yes?: number | 'known';
  /** What rows sort by, the most significant first; absent where they cannot be sorted by it. */
  readonly sort?: readonly SortColumn<Column>[];
  /** True where a text without a field is looked for in it. */
  readonly isSearched?: boolean;
  /** Heading of its column in the window; absent where it has none. */
  readonly title?: string;
  /** The heading where the title is too long. */
  readonly header?: string;
  /** One line for a person. */
  readonly description: string;
  /** A whole term that shows how it is used. */
  readonly example: string;
  /** Set where only daemons record it: what is said of a source that does not. */
  readonly unrecorded?: { readonly message: string; readonly hint: string };
}

/** The choices of a field that is true or not. */
export const YES_NO = ['yes', 'no'] as const;
