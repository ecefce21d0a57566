import { describe, expect, test } from 'vitest';
import { formatRef, parseRef, transportFromImageName } from './reference.ts';

test.each([
  ['docker://host/app:1', 'docker'],
  ['oci:/caches/app:latest', 'oci'],
  ['oci-archive:/caches/app.tar', 'oci-archive'],
  ['docker-archive:/x.tar', 'docker-archive'],
  ['s3://bucket/prefix', 's3'],
  ['/caches/app', 'oci'],
  ['ostree:x', 'oci'],
  ['app:latest', 'oci'],
  ['', 'oci'],
])('transportFromImageName(%j) is %s', (name, transport) => {
  expect(transportFromImageName(name)).toBe(transport);
});

describe('parseRef', () => {
  test.each([
    [
      'docker://localhost:5000/team/app:cache',
      { transport: 'docker', registry: 'localhost:5000', repository: 'team/app', tag: 'cache' },
    ],
    ['docker://app', { transport: 'docker', registry: 'docker.io', repository: 'library/app', tag: 'latest' }],
    [
      'docker://ghcr.io/a/b@sha256:12',
      { transport: 'docker', registry: 'ghcr.io', repository: 'a/b', digest: 'sha256:12' },
    ],
    ['oci:/a b/c:tag', { transport: 'oci', registry: '', repository: '/a b/c', tag: 'tag' }],
    ['oci:/a:b/c', { transport: 'oci', registry: '', repository: '/a:b/c' }],
    ['/plain/path:with-colon', { transport: 'oci', registry: '', repository: '/plain/path:with-colon' }],
    [
      's3://bucket/a/b?endpoint=http%3A%2F%2F127.0.0.1%3A1',
      { transport: 's3', registry: 'http://127.0.0.1:1/bucket', repository: 'a/b/' },
    ],
    ['store:///caches/mine', { transport: 'store', registry: '', repository: '/caches/mine' }],
  ])('%s', (text, ref) => {
    expect(parseRef(text)).toEqual(ref);
    expect(parseRef(formatRef(parseRef(text)))).toEqual(ref);
  });

  test.each(['docker://', 'docker://host.io/UPPER', 'docker://host.io/a:bad tag', 'docker://../../x', 'store://'])(
    'refuses %j',
    (text) => {
      expect(() => parseRef(text)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', subject: text }));
    },
  );

  test.each([
    ['docker://me:secret@host/app', 'docker://host/app'],
    ['docker://me:se@cret@host/app', 'docker://host/app'],
    ['docker://me:se/cret@host.io:5000/app:tag', 'docker://host.io:5000/app:tag'],
    ['docker://me:SECRET@host.io/UPPER', 'docker://host.io/UPPER'],
    ['docker:me:secret@host.io/app', 'docker:host.io/app'],
    [
      'docker://me:secret@host.io/UPPER@sha256:0000000000000000000000000000000000000000',
      'docker://host.io/UPPER@sha256:0000000000000000000000000000000000000000',
    ],
  ])('refuses %j and repeats no password', (text, subject) => {
    expect(() => parseRef(text)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', subject }));
  });
});
