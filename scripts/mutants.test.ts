import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { applyMutant, mutantsOf } from './mutants.ts';

const all = (source: string) => mutantsOf(source).map((mutant) => applyMutant(source, mutant));

test.each([
  ['a < b;', ['a <= b;', 'a >= b;']],
  ['a === b /* === */;', ['a !== b /* === */;']],
  ['x = a && b;', ['x = a || b;']],
  ['x = a ?? b;', ['x = a && b;']],
  ['n += 2;', ['n -= 2;', 'n += 3;']],
  ['i++;', ['i--;']],
  ['x = !a;', ['x = a;']],
  ['if (a) b();', ['if (true) b();', 'if (false) b();', 'if (a) ;']],
  ['while (a) b;', ['while (false) b;']],
  ['x = a ? b : c;', ['x = true ? b : c;', 'x = false ? b : c;']],
  ['x = true;', ['x = false;']],
  ["x = 'a';", ["x = '';"]],
  ["x = '';", ["x = 'mutated';"]],
  ['x = /^ä$/;', ['x = /ä$/;', 'x = /^ä/;']],
  ['x = /a\\$/;', []],
  ['await f(b);', [';']],
  ['throw e;', [';']],
  ['const f = <T>(a: T) => !a;', ['const f = <T>(a: T) => a;']],
])('%s', (source, mutants) => expect(all(source)).toEqual(mutants));

test.each([
  "import { a } from 'a';",
  "export { a } from 'a';",
  "type A = 'a' | 1;",
  'interface A { readonly a: 1 }',
  "x = 'Prose for people.';",
  "x = a as 'b';",
  "x = { 'a-b': c };",
  'x = `a`;',
])('%s has none', (source) => expect(mutantsOf(source)).toEqual([]));

test('lines and places are right behind comments, letters of several bytes, and other files', () => {
  const source = '// größer\n/* 𝒳 */ const a = b\n  < c;\n';
  mutantsOf('let other = file;');
  expect(mutantsOf(source)).toMatchObject([
    { line: 3, at: source.indexOf('<'), from: '<' },
    { line: 3, at: source.indexOf('<'), from: '<' },
  ]);
});

test('every mutant of our own files is a program, and another one', () => {
  const folder = join(import.meta.dirname, '../src/main/engine/bolt');
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.ts') && !one.endsWith('.test.ts'))) {
    const source = readFileSync(join(folder, name), 'utf8');
    for (const mutant of mutantsOf(source)) {
      expect(source.slice(mutant.at, mutant.at + mutant.from.length)).toBe(mutant.from);
      const changed = applyMutant(source, mutant);
      expect(changed).not.toBe(source);
      stripTypeScriptTypes(changed);
    }
  }
});
