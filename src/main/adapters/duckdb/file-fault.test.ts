import { expect, test } from 'vitest';
import { fileFault } from './file-fault.ts';

// Messages as DuckDB 1.5 gives them.
test.each([
  ['TransactionContext Error: Failed to commit: Cannot open file "/c/a.wal": Too many open files', 'UNAVAILABLE'],
  ['IO Error: Could not write file "/c/a.wal": No space left on device', 'NO_SPACE'],
  ['IO Error: Cannot open file "/c/a.duckdb": Permission denied', 'ACCESS_DENIED'],
  ['Binder Error: Table "Too many open files" is not there', undefined],
])('%s', (message, code) => {
  const fault = fileFault(new Error(message), '/c/a.duckdb');
  expect([fault?.code, fault?.subject]).toEqual([code, code && '/c/a.duckdb']);
});
