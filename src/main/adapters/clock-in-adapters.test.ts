import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('no adapter reads the time but from a clock', () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !/\.(test|suite)\.ts$|\/testing\//.test(file),
  );
  const reading = files.filter((file) =>
    /\bDate\.now\b|new Date\(\)/.test(readFileSync(join(import.meta.dirname, file), 'utf8')),
  );
  expect(files.length).toBeGreaterThan(50);
  expect(reading).toEqual([]);
});

it('no adapter waits but by a clock', () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !/\.(test|suite)\.ts$|\/testing\//.test(file),
  );
  const waiting = files.filter((file) => /\bsetTimeout\b/.test(readFileSync(join(import.meta.dirname, file), 'utf8')));
  expect(waiting).toEqual([]);
});
