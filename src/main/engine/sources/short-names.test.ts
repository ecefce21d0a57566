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
    [
      ['s3://builds/team/app?endpoint=http://127.0.0.1:9000&region=x', '/srv/why?/cache'],
      ['app', 'cache'],
    ],
    [
      ['s3://builds/app?name=main', 's3://builds/app?name=pr-7'],
      ['s3://builds/app?name=main', 's3://builds/app?name=pr-7'],
    ],
  ])('%j', (locations, names) => {
    expect(shortNames(locations)).toEqual(names);
  });
});
