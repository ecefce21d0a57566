import { expect, test } from 'vitest';
import { modeText } from './file-mode.ts';

test('a mode reads as in a listing', () => {
  expect(modeText(0o755)).toBe('rwxr-xr-x');
  expect(modeText(0o100644)).toBe('rw-r--r--');
  expect(modeText(0o4755)).toBe('rwsr-xr-x');
  expect(modeText(0o2644)).toBe('rw-r-Sr--');
  expect(modeText(0o1777)).toBe('rwxrwxrwt');
  expect(modeText(0)).toBe('---------');
});
