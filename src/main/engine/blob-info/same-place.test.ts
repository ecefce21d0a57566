import { expect, test } from 'vitest';
import { parseRef } from '../../../shared/oci/reference.ts';
import { isSamePlace, locationOfPlace } from './same-place.ts';

test.each([
  ['docker://a.io/app:1', 'docker://a.io/app:2', true],
  ['docker://a.io/app:1', 'docker://b.io/app:1', false],
  ['docker://a.io/app:1', 'docker://a.io/web:1', false],
  ['store:///caches/a', 'store:///caches/a', true],
  ['store:///caches/a', 'store:///caches/b', false],
  ['store:///caches/a', '/caches/a', false],
  ['s3://one/cache', 's3://two/cache', false],
])('%s and %s: one place is %s', (a, b, expected) => {
  expect(isSamePlace(parseRef(a), parseRef(b))).toBe(expected);
  expect(isSamePlace(parseRef(b), parseRef(a))).toBe(expected);
});

test('a tar opens by its path, every other place by its reference', () => {
  expect(locationOfPlace(parseRef('oci-archive:/caches/a.tar'))).toBe('/caches/a.tar');
  expect(locationOfPlace(parseRef('docker://a.io/app:1'))).toBe('docker://a.io/app:1');
  expect(locationOfPlace(parseRef('store:///caches/a'))).toBe('store:///caches/a');
});
