import { type Field, fieldsOf, type Subject } from '../../../shared/fields/index.ts';

/** Something the field offers to insert in the place of `from` to `to` of the text. */
export interface Suggestion {
  readonly kind: 'field' | 'value' | 'text';
  readonly insert: string;
  readonly from: number;
  readonly to: number;
  /** How many characters of `insert` are typed already. */
  readonly matched: number;
  readonly description: string;
}

/** Values known from what is open, by field: `ref`. */
export type KnownValues = Readonly<Record<string, readonly string[]>>;

/** What may stand at the caret: fields by their beginning, values of a field, and the word itself as text. */
export function suggest(text: string, caret: number, subject: Subject, known: KnownValues = {}): readonly Suggestion[] {
  const from = termStart(text, caret);
  const to = caret + (/^[^\s,]*/.exec(text.slice(caret))?.[0].length ?? 0);
  const term = text.slice(from, caret);
  const minus = term.startsWith('-') ? 1 : 0;
  const fields = fieldsOf(subject);
  const field = /^([a-z][a-z-]*):/i.exec(term.slice(minus));
  if (!field) return [...ofFields(term.slice(minus), from + minus, to, fields), ...ofText(term, from, to, subject)];
  const found = fields.find(
    (f) => f.name === field[1]?.toLowerCase() || f.aliases.includes(field[1]?.toLowerCase() ?? ''),
  );
  if (!found) return [];
  const valueFrom = from + minus + Math.max(field[0].length, term.slice(minus).lastIndexOf(',') + 1);
  return ofValues(found, text.slice(valueFrom, caret), valueFrom, to, known);
}

/** The text with a suggestion put in, and where the caret goes. A finished term gets a space behind it. */
export function inserted(text: string, suggestion: Suggestion): { readonly text: string; readonly caret: number } {
  const after = text.slice(suggestion.to);
  const finished = suggestion.kind !== 'field' && !/^[\s,]/.test(after);
  const piece = suggestion.insert + (finished ? ' ' : '');
  return { text: text.slice(0, suggestion.from) + piece + after, caret: suggestion.from + piece.length };
}

function ofFields(word: string, from: number, to: number, fields: readonly Field[]): readonly Suggestion[] {
  const typed = word.toLowerCase();
  const names = (field: Field): readonly string[] => [field.name, ...field.aliases];
  return fields
    .filter((field) => names(field).some((name) => name.startsWith(typed)))
    .map((field) => ({
      kind: 'field',
      insert: `${field.name}:`,
      from,
      to,
      matched: field.name.startsWith(typed) ? typed.length : 0,
      description: field.description,
    }));
}

function ofText(term: string, from: number, to: number, subject: Subject): readonly Suggestion[] {
  const word = term.replace(/^-?"?/, '');
  if (word === '' || term.includes('"')) return [];
  const insert = `${term.startsWith('-') ? '-' : ''}"${word}"`;
  const description = subject === 'keys' ? 'text in step names and digests' : 'text in digests';
  return [{ kind: 'text', insert, from, to, matched: 0, description }];
}

function ofValues(field: Field, word: string, from: number, to: number, known: KnownValues): readonly Suggestion[] {
  const typed = word.toLowerCase();
  return valuesOf(field, known)
    .filter(([value]) => value.toLowerCase().startsWith(typed) && value.toLowerCase() !== typed)
    .map(([value, description]) => ({ kind: 'value', insert: value, from, to, matched: typed.length, description }));
}

/** Values worth offering, each with its meaning. */
function valuesOf(field: Field, known: KnownValues): readonly (readonly [string, string])[] {
  const own = (known[field.name] ?? []).map((value) => [quotedWhole(value), 'in this source'] as const);
  switch (field.kind) {
    case 'choice':
      return [...own, ...(field.choices ?? []).map((choice) => [choice, field.description] as const)];
    case 'bytes':
      return [
        ['>1MiB', 'more than'],
        ['>10MiB', 'more than'],
        ['>100MiB', 'more than'],
        ['>1GiB', 'more than'],
        ['<1KiB', 'less than'],
        ['1MiB..20MiB', 'from, to'],
        ['0', 'exactly'],
      ];
    case 'duration':
      return [
        ['>1d', 'longer than'],
        ['>7d', 'longer than'],
        ['>30d', 'longer than'],
        ['<1h', 'shorter than'],
        ['1d..7d', 'from, to'],
      ];
    case 'count':
      return [
        ['0', 'none'],
        ['1', 'exactly'],
        ['>1', 'more than'],
        ['>=2', 'at least'],
        ['1..5', 'from, to'],
      ];
    default:
      return own;
  }
}

function quotedWhole(value: string): string {
  return /^[^\s",<>=]+$/.test(value) ? `=${value}` : `="${value.replace(/["\\]/g, '\\$&')}"`;
}

/** Where the term around the caret begins; a space inside quotes does not end one. */
function termStart(text: string, caret: number): number {
  let start = 0;
  let quoted = false;
  for (let i = 0; i < caret; i += 1) {
    const c = text.charAt(i);
    if (c === '\\' && quoted) i += 1;
    else if (c === '"') quoted = !quoted;
    else if (!quoted && /\s/.test(c)) start = i + 1;
  }
  return start;
}
