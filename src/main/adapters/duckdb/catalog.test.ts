import { afterAll, beforeAll } from 'vitest';
import { describeCatalog } from '../../engine/ports/catalog.suite.ts';
import { openTestStore, type TestStore } from './testing/small-catalog.ts';

let store: TestStore;
let built = 0;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store[Symbol.asyncDispose]());

describeCatalog('DuckDB', (snapshot, names) => {
  built += 1;
  return store.build(snapshot, names, `source ${built}`);
});
