import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { localPath } from './local-path.ts';

const SCHEMES = ['store', 'state', 'buildkitd'];

describe('what a person writes for a place', () => {
  it.each([
    ['cache', resolve('cache')],
    ['/srv/cache/', '/srv/cache'],
    ['~', homedir()],
    ['~/cache', join(homedir(), 'cache')],
    ['~else/cache', resolve('~else/cache')],
    ['store:///srv/store', '/srv/store'],
    ['store://store', resolve('store')],
    ['state:///srv/buildkit', '/srv/buildkit'],
    ['buildkitd:///srv/buildkit', '/srv/buildkit'],
    ['file:///srv/a%20cache', '/srv/a cache'],
  ])('%s', (text, path) => {
    expect(localPath(text, SCHEMES)).toBe(path);
  });

  it('refuses what no path can hold', () => {
    for (const text of ['/srv/a\0b', 'store:///srv/a\0b']) {
      expect(() => localPath(text, SCHEMES)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', subject: text }));
    }
  });

  it('says what does not open yet, and repeats no password', () => {
    expect(() => localPath('s3://me:secret@host/repo', SCHEMES)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_FORMAT', subject: 's3://host/repo' }),
    );
  });
});
