import { expect, test } from 'vitest';
import { goString } from './marshal.ts';

test.each([
  ['plain', '"plain"'],
  ['a<b>&c', '"a\\u003cb\\u003e\\u0026c"'],
  ['<', '"\\u003c"'],
  ['>', '"\\u003e"'],
  ['&', '"\\u0026"'],
  ['one\u2028two', '"one\\u2028two"'],
  ['one\u2029two', '"one\\u2029two"'],
  ['<<\u2028&&', '"\\u003c\\u003c\\u2028\\u0026\\u0026"'],
  ['quote " and \\\n', '"quote \\" and \\\\\\n"'],
  ['half \ud800 of a pair', '"half \ufffd of a pair"'],
  ['übung 😀', '"übung 😀"'],
])('%j as Go writes it', (text, expected) => {
  expect(goString(text)).toBe(expected);
});
