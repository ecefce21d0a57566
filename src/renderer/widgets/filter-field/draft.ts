import { isCacheError } from '../../../shared/base/errors.ts';
import { type FilterTerm, parseFilter } from '../../../shared/base/filter/index.ts';
import type { Subject } from '../../../shared/fields/index.ts';

/**
 * An expression as the field shows it: finished terms as chips, then the text that is being typed. With `asText` all of
 * it is text. Both are the same expression.
 */
export interface Draft {
  readonly chips: readonly string[];
  readonly text: string;
  readonly asText: boolean;
}

/** What is wrong with the typed text, and where in it. */
export interface DraftError {
  /** UTF-16 offset in `text` (in the last chip's end where the text is not at fault). */
  readonly at: number;
  readonly end: number;
  readonly message: string;
  readonly hint: string | undefined;
}

export const EMPTY_DRAFT: Draft = { chips: [], text: '', asText: false };

/** The whole expression. */
export function expressionOf(draft: Draft): string {
  return [...draft.chips, draft.text.trim()].filter((part) => part !== '').join(' ');
}

/** An expression with every term as a chip; as plain text where it cannot be parsed. */
export function draftOf(expression: string, subject: Subject): Draft {
  const terms = termsOf(expression, subject);
  return terms === undefined
    ? { ...EMPTY_DRAFT, text: expression }
    : { ...EMPTY_DRAFT, chips: terms.map((term) => expression.slice(term.at, term.end)) };
}

/** The draft after typing: what is followed by a space is finished and becomes chips. */
export function typed(draft: Draft, text: string, subject: Subject): Draft {
  const next = { ...draft, text };
  return !draft.asText && /\s$/.test(text) ? committed(next, subject) : next;
}

/** All finished: the text becomes chips, unless it is wrong or is to stay text. */
export function committed(draft: Draft, subject: Subject): Draft {
  if (draft.asText) return draft;
  const terms = termsOf(draft.text, subject);
  if (terms === undefined) return draft;
  return { ...draft, chips: [...draft.chips, ...terms.map((term) => draft.text.slice(term.at, term.end))], text: '' };
}

/** Without one chip. */
export function withoutChip(draft: Draft, index: number): Draft {
  return { ...draft, chips: draft.chips.filter((_, i) => i !== index) };
}

/** One chip becomes the text again; what was being typed becomes a chip, where it can. */
export function editingChip(draft: Draft, index: number, subject: Subject): Draft {
  const text = draft.chips[index];
  if (text === undefined) return draft;
  const rest = committed(draft, subject);
  return {
    ...rest,
    chips: rest.chips.filter((_, i) => i !== index),
    text: [text, rest.text].filter(Boolean).join(' '),
  };
}

/** The other rendering of the same expression. A wrong expression stays text. */
export function switched(draft: Draft, subject: Subject): Draft {
  if (!draft.asText) return { chips: [], text: expressionOf(draft), asText: true };
  return draftOf(draft.text.trim(), subject);
}

/** What is wrong with the text, if anything. */
export function draftError(draft: Draft, subject: Subject): DraftError | undefined {
  try {
    parseFilter(draft.text, subject);
    return undefined;
  } catch (error) {
    if (!isCacheError(error, 'INVALID_INPUT')) throw error;
    const at = Number(/^filter:(\d+)$/.exec(error.subject ?? '')?.[1] ?? 0);
    const rest = /^[^\s,]+/.exec(draft.text.slice(at))?.[0].length ?? 0;
    // At least one character, so that there is something to underline: the last one where the text ends too early.
    const start = rest === 0 ? Math.max(0, draft.text.trimEnd().length - 1) : at;
    return { at: start, end: rest === 0 ? start + 1 : at + rest, message: error.message, hint: error.hint };
  }
}

/** Name and value of a chip: `-size:>1MiB` gives `-size` and `>1MiB`, free text no name. */
export function chipParts(term: string): { readonly name: string | undefined; readonly value: string } {
  const match = /^(-?[a-z][a-z-]*):/i.exec(term);
  if (!match || /^-?sha(256|384|512)$/i.test(match[1] ?? '')) return { name: undefined, value: term };
  return { name: match[1], value: term.slice(match[0].length) };
}

function termsOf(text: string, subject: Subject): readonly FilterTerm[] | undefined {
  try {
    return parseFilter(text, subject).terms;
  } catch (error) {
    if (isCacheError(error, 'INVALID_INPUT')) return undefined;
    throw error;
  }
}
