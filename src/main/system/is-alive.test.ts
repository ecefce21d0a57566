import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { isAlive } from './is-alive.ts';

test('a process that runs is alive, also one that may not be signalled, and one that has ended is not', () => {
  expect(isAlive(process.pid)).toBe(true);
  expect(isAlive(1)).toBe(true);
  expect(isAlive(spawnSync(process.execPath, ['--version']).pid)).toBe(false);
});
