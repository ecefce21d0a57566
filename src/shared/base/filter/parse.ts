import { type Field, fieldsOf, findField, type Subject } from '../../fields/index.ts';
import { parseBytes } from '../bytes.ts';
import { CacheError, isCacheError } from '../errors.ts';
import { parseDuration } from '../time.ts';
import type { Filter, FilterOperator, FilterTerm, FilterTest } from './filter.ts';

/**
 * Parses the filter language of the window and of `--filter`:
 *
 *     filter := term*                          all must hold
 *     term   := ['-'] (field ':' tests | text)
 *     tests  := test (',' test)*               one must hold
 *     test   := [> >= < <= =] value | value '..' value
 *     text, value := a word, or "quoted" with \" and \\ for those two characters
 *
 * A pasted digest (`sha256:…`) is text, not a field.
 * At most 500 texts and values in all.
 * @throws `INVALID_INPUT` whose subject is `filter:<offset>` and whose hint says what is expected there
 */
export function parseFilter(text: string, subject: Subject): Filter {
  const parser = new FilterParser(text, fieldsOf(subject));
  return { terms: parser.terms() };
}

/** The error of a filter at an offset; the window underlines from there. */
export function filterError(at: number, message: string, hint: string): CacheError {
  return new CacheError('INVALID_INPUT', message, { subject: `filter:${at}`, hint });
}

/** Texts and values of a filter; each is a look at every row. */
const MAX_TESTS = 500;

const DIGEST_START = /^(sha256|sha384|sha512):[0-9a-f]/i;
const FIELD_START = /^[a-z][a-z-]*:/i;
const OPERATORS: readonly FilterOperator[] = ['>=', '<=', '>', '<', '='];

class FilterParser {
  private readonly text: string;
  private readonly fields: readonly Field[];
  private at = 0;
  private testsSoFar = 0;

  constructor(text: string, fields: readonly Field[]) {
    this.text = text;
    this.fields = fields;
  }

  terms(): FilterTerm[] {
    const terms: FilterTerm[] = [];
    for (;;) {
      while (this.at < this.text.length && isSpace(this.text.charAt(this.at))) this.at += 1;
      if (this.at >= this.text.length) return terms;
      terms.push(this.term());
    }
  }

  private term(): FilterTerm {
    const at = this.at;
    const negated = this.take('-');
    if (negated && this.atEndOfTerm()) {
      throw filterError(at, 'Nothing follows the minus sign.', 'Write what must not match: -kind:copy or -"npm ci".');
    }
    const rest = this.text.slice(this.at);
    if (FIELD_START.test(rest) && !DIGEST_START.test(rest)) {
      const field = this.field();
      const tests = this.tests(field);
      return { type: 'field', field: field.name, tests, negated, at, end: this.at };
    }
    this.countTest();
    const text = this.word('');
    this.requireEndOfTerm();
    return { type: 'text', text, negated, at, end: this.at };
  }

  private field(): Field {
    const at = this.at;
    const name = this.text.slice(at, this.text.indexOf(':', at)).toLowerCase();
    const field = findField(this.fields, name);
    if (field === undefined) {
      const known = this.fields.map((f) => f.name).join(', ');
      throw filterError(
        at,
        `There is no field “${name}”.`,
        `Fields are ${known}. For a text with a colon, use quotes.`,
      );
    }
    this.at = at + name.length + 1;
    return field;
  }

  private tests(field: Field): FilterTest[] {
    const tests: FilterTest[] = [];
    do {
      if (this.atEndOfTerm() || this.text.charAt(this.at) === ',') {
        throw filterError(this.at, `A value of “${field.name}” is missing.`, expectation(field));
      }
      tests.push(this.test(field));
    } while (this.take(','));
    this.requireEndOfTerm();
    return tests;
  }

  private countTest(): void {
    this.testsSoFar += 1;
    if (this.testsSoFar <= MAX_TESTS) return;
    const message = `A filter has at most ${MAX_TESTS} texts and values.`;
    throw filterError(this.at, message, 'Write a shorter one, or a text that is a part of several.');
  }

  private test(field: Field): FilterTest {
    this.countTest();
    const at = this.at;
    const operator = OPERATORS.find((o) => this.take(o));
    const quoted = this.text.charAt(this.at) === '"';
    const valueAt = this.at;
    if (this.atEndOfTerm() || this.text.charAt(this.at) === ',') {
      throw filterError(valueAt, `A value of “${field.name}” is missing.`, expectation(field));
    }
    const value = this.word(',');
    if (field.kind === 'text' || field.kind === 'choice') {
      if (operator !== undefined && operator !== '=') {
        throw filterError(at, `“${field.name}” cannot be compared with ${operator}.`, expectation(field));
      }
      if (field.kind === 'text') return { type: operator ? 'equals' : 'contains', text: value };
      const word = field.choices?.find((c) => c === value.toLowerCase());
      if (word === undefined) throw filterError(valueAt, `“${value}” is not a ${field.name}.`, expectation(field));
      return { type: 'equals', text: word };
    }
    const dots = quoted ? -1 : value.indexOf('..');
    if (dots >= 0 && operator === undefined) {
      const from = readNumber(field, value.slice(0, dots), valueAt);
      const to = readNumber(field, value.slice(dots + 2), valueAt + dots + 2);
      if (from > to) {
        throw filterError(valueAt, 'The range ends before it begins.', 'Write the smaller value first: 1MiB..2MiB.');
      }
      return { type: 'range', from, to };
    }
    const number = readNumber(field, value, valueAt);
    if (operator === undefined && (field.kind === 'duration' || field.kind === 'time')) {
      throw filterError(valueAt, `“${field.name}” needs a comparison.`, expectation(field));
    }
    return { type: 'compare', operator: operator ?? '=', value: number };
  }

  /** A quoted text, or everything up to a space or one of `stops`. */
  private word(stops: string): string {
    const start = this.at;
    if (!this.take('"')) {
      while (!this.atEndOfTerm() && !stops.includes(this.text.charAt(this.at))) this.at += 1;
      return this.text.slice(start, this.at);
    }
    let word = '';
    while (this.at < this.text.length) {
      const c = this.text.charAt(this.at);
      this.at += 1;
      if (c === '"') return word;
      const next = this.text.charAt(this.at);
      if (c === '\\' && (next === '"' || next === '\\')) {
        word += next;
        this.at += 1;
      } else word += c;
    }
    throw filterError(start, 'This quote is not closed.', 'Put a " at the end of the text.');
  }

  private requireEndOfTerm(): void {
    if (this.atEndOfTerm()) return;
    throw filterError(this.at, 'A space is missing here.', 'Put a space between two terms, a comma between values.');
  }

  private atEndOfTerm(): boolean {
    return this.at >= this.text.length || isSpace(this.text.charAt(this.at));
  }

  private take(token: string): boolean {
    if (!this.text.startsWith(token, this.at)) return false;
    this.at += token.length;
    return true;
  }
}

function isSpace(c: string): boolean {
  return /\s/.test(c);
}

function readNumber(field: Field, text: string, at: number): number {
  try {
    if (field.kind === 'bytes') return parseBytes(text);
    if (field.kind === 'duration') return Math.round(parseDuration(text));
    if (field.kind === 'time') return readInstant(text);
    if (/^\d{1,15}$/.test(text)) return Number(text);
  } catch (error) {
    if (!isCacheError(error, 'INVALID_INPUT')) throw error;
  }
  throw filterError(at, `“${text}” is not a value of “${field.name}”.`, expectation(field));
}

const INSTANT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z?)?$/;

/** Epoch milliseconds of `2026-11-20` or `2026-11-20T08:31:08.250Z`; always UTC. */
function readInstant(text: string): number {
  const ms = INSTANT.test(text) ? Date.parse(/T.*[^Z]$/.test(text) ? `${text}Z` : text) : Number.NaN;
  if (Number.isNaN(ms)) throw new CacheError('INVALID_INPUT', 'This is not a time.', { subject: text });
  return ms;
}

/** What may stand after `field:`, as a hint. */
function expectation(field: Field): string {
  switch (field.kind) {
    case 'choice':
      return `One or more of ${(field.choices ?? []).join(', ')}.`;
    case 'bytes':
      return `A size, such as 100MiB or 2GB, after >, >=, <, <= or =, or a range: ${field.name}:1MiB..20MiB.`;
    case 'duration':
      return `A duration, such as 90s, 36h or 7d, after > or <, or a range: ${field.name}:1d..7d.`;
    case 'time':
      return `A date or a time in UTC, such as 2026-11-20 or 2026-11-20T08:31, after > or <, or a range with two dots.`;
    case 'count':
      return `A whole number, after >, >=, <, <= or =, or a range: ${field.name}:1..5.`;
    default:
      return `A part of the text, in quotes where it has spaces, or the whole text after =: ${field.example}.`;
  }
}
