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

// The web host's ping of its sockets is left: a beat that ends with the server, and that nothing waits for.
it('no adapter waits but by a clock, nor does the engine, nor the desktop host', () => {
  const main = join(import.meta.dirname, '..');
  const files = ['adapters', 'engine', 'hosts/electron'].flatMap((folder) =>
    readdirSync(join(main, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !/\.(test|suite)\.ts$|testing\//.test(file))
      .map((file) => join(folder, file)),
  );
  const waiting = files.filter((file) => /\bset(Timeout|Interval)\b/.test(readFileSync(join(main, file), 'utf8')));
  expect(files.length).toBeGreaterThan(300);
  expect(waiting).toEqual(['engine/ports/clock.ts']);
});
