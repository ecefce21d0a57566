import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { describeServiceState } from '../../engine/service/service-state.suite.ts';
import { createSqliteServiceState } from './service-state.ts';

const folder = mkdtempSync(join(tmpdir(), 'cachewright-service-state-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

describeServiceState('SQLite', {
  async fresh() {
    files += 1;
    const path = join(folder, `${files}.sqlite`);
    return async () => createSqliteServiceState(path);
  },
});
