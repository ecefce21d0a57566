import { describe, expect, it } from 'vitest';
import { runInProcess } from './testing/run-in-process.ts';

describe('a wrong command line is exit 2, one line of what, and the usage of that command', () => {
  const cases: readonly (readonly [line: string, what: string, usage: string])[] = [
    ['keyz x', "cachewright: unknown command 'keyz' (Did you mean keys?)", 'cachewright [options] [command]'],
    ['keys', "cachewright keys: missing required argument 'source'", 'cachewright keys [options] <source>'],
    ['keys a b', 'cachewright keys: too many arguments', 'cachewright keys [options] <source>'],
    ['inspect x --frob', "cachewright inspect: unknown option '--frob'", 'cachewright inspect [options] <source>'],
    ['keys x --json --jsonl', 'cannot be used with', 'cachewright keys [options] <source>'],
    ['keys x --limit -1', 'Not a whole number.', 'cachewright keys [options] <source>'],
    ['keys x --limit 1.5', 'Not a whole number.', 'cachewright keys [options] <source>'],
    ['layers x --offset abc', 'Not a whole number.', 'cachewright layers [options] <source>'],
    ['layers x --sort size:down', 'Write FIELD or FIELD:desc.', 'cachewright layers [options] <source>'],
    ['graph x', "required option '--from <id>' not specified", 'cachewright graph [options] <source>'],
    ['graph x --from a --direction up', 'Allowed choices are inputs, users, both.', 'cachewright graph'],
    ['import x', "required option '--to <store>' not specified", 'cachewright import [options] <source...>'],
    ['import x --to y --mode all', 'Allowed choices are min, max.', 'cachewright import [options] <source...>'],
    ['export x --to y --format tar', 'Allowed choices are index, manifest.', 'cachewright export'],
    ['export x --to y --oci-mediatypes maybe', 'Allowed choices are true, false.', 'cachewright export'],
    ['prune x', 'say what may stay', 'cachewright prune [options] <store>'],
    ['prune x --max-size 10XB', 'This is not a size.', 'cachewright prune [options] <store>'],
    ['prune x --keep-duration soon', 'This is not a duration.', 'cachewright prune [options] <store>'],
    ['prune x --older-than 1h --all', '--older-than belongs to --orphans', 'cachewright prune'],
    ['prune x --apply p --yes', 'cannot be used with', 'cachewright prune'],
    ['prune x --apply p --all', 'cannot be used with', 'cachewright prune'],
    ['serve', 'say what to serve: --ui', 'cachewright serve [options]'],
    ['serve --ui --port 0', 'A port is a number from 1 to 65535.', 'cachewright serve [options]'],
  ];
  it.each(cases)('%s', async (line, what, usage) => {
    const { code, out, err } = await runInProcess(line.split(' '));
    const lines = err.trimEnd().split('\n');
    expect({ code, out, lines: lines.length }).toEqual({ code: 2, out: '', lines: 2 });
    expect(lines[0]).toContain(what);
    expect(lines[1]).toContain(`Usage: ${usage}`);
  });
});

describe('what belongs to a later version says so', () => {
  it.each([
    'compare a b --json',
    'explain --cache x --before a --after b',
    'predict --cache x',
    'simulate x --last 30d',
    'prune x --min-free 10%',
    'prune x --policy file',
    'prune x --filter type==exec',
    'prune x --where size:>1MiB',
    'prune x --like line',
    'prune x --now 2026-01-01',
    'prune x --disk-total 1TB',
  ])('%s', async (line) => {
    const { code, err } = await runInProcess(line.split(' '));
    expect(code).toBe(2);
    expect(err).toContain('not available yet');
    expect(err.trimEnd().split('\n')).toHaveLength(2);
  });
});

it('prints help and version on standard output', async () => {
  const help = await runInProcess(['--help']);
  expect([help.code, help.err]).toEqual([0, '']);
  for (const name of 'open inspect keys layers graph verify import export prune undo empty-trash serve'.split(' ')) {
    expect(help.out).toMatch(new RegExp(`^  ${name} `, 'm'));
  }
  expect(help.out).toContain('not available yet: compare, explain, predict, simulate');
  expect(await runInProcess(['--version'])).toEqual({ code: 0, out: '0.0.0\n', err: '' });
  expect((await runInProcess(['prune', '--help'])).out).not.toContain('--like');
});

it('prints the help on standard error where nothing was asked for', async () => {
  const { code, out, err } = await runInProcess([]);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain('Usage: cachewright');
});
