import { expect, test } from 'vitest';
import { DIGEST_ALGORITHMS, digestSchema, isDigest, parseDigest, shortDigest, splitDigest } from './digest.ts';

const HEX = '0123456789abcdef';
const hex = (length: number) => HEX.repeat(8).slice(0, length);
const good = Object.entries(DIGEST_ALGORITHMS).map(([algorithm, length]) => `${algorithm}:${hex(length)}`);

test.each(good)('%s is a digest, and comes apart again', (text) => {
  expect(isDigest(text)).toBe(true);
  const { algorithm, hex } = splitDigest(parseDigest(text));
  expect(`${algorithm}:${hex}`).toBe(text);
  expect(hex).toHaveLength(DIGEST_ALGORITHMS[algorithm]);
  expect(digestSchema.parse(text)).toBe(text);
});

const sha256 = `sha256:${hex(64)}`;
const bad: unknown[] = [
  '',
  'sha256:',
  hex(64),
  `${sha256}0`,
  `${sha256}/../../../etc/passwd`,
  `${sha256}\n`,
  ` ${sha256}`,
  `x${sha256}`,
  `../${sha256}`,
  sha256.slice(0, -1),
  sha256.toUpperCase(),
  sha256.replace('a', 'A'),
  sha256.replace('a', 'g'),
  sha256.replace('0', '.'),
  `sha256-${hex(64)}`,
  `md5:${hex(32)}`,
  `sha1:${hex(40)}`,
  `sha256:${hex(96)}`,
  `sha384:${hex(64)}`,
  `sha384:${hex(128)}`,
  `sha512:${hex(64)}`,
  `sha512:${hex(128)}/x`,
  `x\nsha256:${hex(64)}`,
  undefined,
  64,
  { toString: () => sha256 },
];
test.each(bad)('%j is none', (text) => {
  expect(isDigest(text)).toBe(false);
  expect(digestSchema.safeParse(text).success).toBe(false);
  expect(() => parseDigest(text, 'the field')).toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT', message: 'the field is not a digest.' }),
  );
});

test('what is refused is named, and not at any length', () => {
  const subjectOf = (text: unknown): unknown => {
    try {
      return parseDigest(text);
    } catch (error) {
      return (error as { subject: unknown }).subject;
    }
  };
  expect(subjectOf('../x')).toBe('../x');
  expect(subjectOf('x'.repeat(1000))).toBe('x'.repeat(200));
  expect(subjectOf(7)).toBe('digest');
});

test('a digest in short: the first eight digits and the last four', () => {
  expect(shortDigest(sha256)).toBe('01234567…cdef');
  expect(shortDigest('sha256:01234567890123')).toBe('01234567890123');
  expect(shortDigest('sha256:012345678901234')).toBe('01234567…1234');
  expect(shortDigest('0123456789abcdef')).toBe('01234567…cdef');
});
