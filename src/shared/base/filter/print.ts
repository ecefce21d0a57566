import { type Field, fieldsOf, type Subject } from '../../fields/index.ts';
import { inExactUnit, type Unit } from '../exact-unit.ts';
import type { Filter, FilterTerm, FilterTest } from './filter.ts';

/** The text of a filter: `parseFilter` gives the same terms back, offsets aside. */
export function printFilter(filter: Filter, subject: Subject): string {
  return filter.terms.map((term) => printFilterTerm(term, subject)).join(' ');
}

/** The text of one term, for a chip. */
export function printFilterTerm(term: FilterTerm, subject: Subject): string {
  const minus = term.negated ? '-' : '';
  if (term.type === 'text') return minus + printText(term.text, true);
  const field = fieldsOf(subject).find((f) => f.name === term.field);
  return `${minus}${term.field}:${term.tests.map((test) => printTest(test, field)).join(',')}`;
}

function printTest(test: FilterTest, field: Field | undefined): string {
  switch (test.type) {
    case 'contains':
      return printText(test.text, false);
    case 'equals':
      return field?.kind === 'choice' ? test.text : `=${printText(test.text, false)}`;
    case 'range':
      return `${printNumber(test.from, field)}..${printNumber(test.to, field)}`;
    case 'compare': {
      const operator =
        test.operator === '=' && field?.kind !== 'duration' && field?.kind !== 'time' ? '' : test.operator;
      return operator + printNumber(test.value, field);
    }
  }
}

function printText(text: string, bare: boolean): string {
  const plain = bare ? /^[^\s"\-:][^\s":]*$/ : /^[^\s",<>=][^\s",]*$/;
  return plain.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function printNumber(value: number, field: Field | undefined): string {
  if (field?.kind === 'bytes') return inExactUnit(value, BYTE_UNITS, '');
  if (field?.kind === 'duration') return inExactUnit(value, DURATION_UNITS, 'ms');
  if (field?.kind === 'time') return printInstant(value);
  return String(value);
}

/** The shortest text of an instant that loses nothing: a date at midnight, else down to the millisecond. */
function printInstant(ms: number): string {
  const text = new Date(ms).toISOString();
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.replace(/\.000Z$/, 'Z');
}

const BYTE_UNITS: readonly Unit[] = [
  ['TiB', 1024 ** 4],
  ['GiB', 1024 ** 3],
  ['MiB', 1024 ** 2],
  ['KiB', 1024],
  ['TB', 1e12],
  ['GB', 1e9],
  ['MB', 1e6],
  ['KB', 1e3],
];

const DURATION_UNITS: readonly Unit[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
];
