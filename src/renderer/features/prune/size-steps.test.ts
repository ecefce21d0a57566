import { expect, test } from 'vitest';
import { parseBytes } from '../../../shared/base/bytes.ts';
import { typedSize } from './size-steps.ts';

test.each([
  [0, '0'],
  [999, '999B'],
  [15_000_000, '15MB'],
  [14_948_035, '14.9MB'],
  [1.5e12, '1.5TB'],
])('%d is typed as %s', (bytes, text) => {
  expect(typedSize(bytes)).toBe(text);
  expect(Math.abs(parseBytes(text) - bytes)).toBeLessThanOrEqual(bytes * 0.005);
});
