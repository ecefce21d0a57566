import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandLine, shellWord } from './shell-word.ts';

describe('the command line', () => {
  it('leaves plain words alone and quotes the others', () => {
    expect(commandLine(['keys', './app', '--filter', 'size:>1MiB "npm ci"', '--sort', 'own:desc'])).toBe(
      `cachewright keys ./app --filter 'size:>1MiB "npm ci"' --sort own:desc`,
    );
    expect(shellWord('~x')).toBe("'~x'");
    expect(shellWord('')).toBe("''");
  });

  it('is read back by a real shell as the words it was made from', () => {
    const word = fc.string({ unit: 'binary-ascii' }).map((text) => text.replaceAll('\0', ''));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (words) => {
        const script = `printf '%s\\0' ${words.map(shellWord).join(' ')}`;
        const read = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
        expect(read).toEqual(words);
      }),
      { numRuns: 60 },
    );
  });
});
