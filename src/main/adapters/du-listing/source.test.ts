import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { describeCacheSource } from '../../engine/ports/cache-source.suite.ts';
import { duListingAdapter } from './source.ts';

const folder = mkdtempSync(join(tmpdir(), 'du-listing-'));
const listing = join(folder, 'du.json');
const record = (id: string, parents: readonly string[]) => ({
  id,
  mutable: false,
  inUse: false,
  size: 4096,
  createdAt: '2025-10-19T17:04:00Z',
  usageCount: 1,
  parents,
  description: 'mount / from exec /bin/sh -c true',
  type: 'regular',
  shared: false,
});
writeFileSync(listing, [record('one', []), record('two', ['one'])].map((row) => `${JSON.stringify(row)}\n`).join(''));
afterAll(() => rmSync(folder, { recursive: true }));

describeCacheSource('a du listing', { adapter: duListingAdapter, location: () => listing });
