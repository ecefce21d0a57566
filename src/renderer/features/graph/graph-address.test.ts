import { describe, expect, test } from 'vitest';
import { linksOf, readGraphAddress } from './graph-address.ts';

const read = (text: string) => readGraphAddress(new URLSearchParams(text));

describe('readGraphAddress', () => {
  test('has defaults', () => {
    expect(read('')).toEqual({
      from: undefined,
      depth: '3',
      direction: 'both',
      colour: 'kind',
      trace: undefined,
      isText: false,
    });
  });

  test('reads what it says, and no nonsense', () => {
    const address = read('from=sha256:ab&depth=all&direction=users&colour=size&text=1&trace=x');
    expect(address).toEqual({
      from: 'sha256:ab',
      depth: 'all',
      direction: 'users',
      colour: 'size',
      trace: 'x',
      isText: true,
    });
    expect(read('depth=7&direction=up&colour=red')).toMatchObject({ depth: '3', direction: 'both', colour: 'kind' });
  });

  test('a record alone is the focus', () => {
    expect(read('record=a').from).toBe('a');
    expect(read('record=a&from=b').from).toBe('b');
  });

  test('all is further than any window shows', () => {
    expect(linksOf('all')).toBeGreaterThan(5000);
    expect(linksOf('2')).toBe(2);
  });
});
