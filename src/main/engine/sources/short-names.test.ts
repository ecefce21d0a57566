import { describe, expect, it } from 'vitest';
import { shortNames } from './short-names.ts';

describe('short names of sources', () => {
  it.each([
    [['/srv/cache'], ['cache']],
    [
      ['/srv/a/cache', '/srv/b/cache', '/srv/app'],
      ['a/cache', 'b/cache', 'app'],
    ],
    [
      ['/a/x/cache', '/b/x/cache'],
      ['a/x/cache', 'b/x/cache'],
    ],
    [
      ['/cache', '/srv/cache'],
      ['cache', 'srv/cache'],
    ],
    [
      ['/srv/cache', '/srv/cache'],
      ['cache', 'cache'],
    ],
    [
      ['C:\\caches\\one', 'C:\\caches\\two.tar'],
      ['one', 'two.tar'],
    ],
    [['/'], ['/']],
  ])('%j', (locations, names) => {
    expect(shortNames(locations)).toEqual(names);
  });
});
