import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Totals } from '../../../shared/model/totals.ts';
import { EVERY_ROW } from '../../engine/catalog/testing/asked.ts';
import { naiveDerive } from '../../engine/catalog/testing/naive-derive.ts';
import { FIXTURES, noTestData, openTestData } from '../../engine/testing/real-caches.ts';
import { openSource } from '../oci-layout/index.ts';
import { openTestStore } from './testing/small-catalog.ts';

/** Everything of the rows that the slow and obvious computation knows as well. */
async function expectAgreement(folder: string): Promise<{ ref: string; totals: Totals }[]> {
  await using test = await openTestStore();
  const snapshot = await (await openSource(folder)).read();
  const catalog = await test.build(snapshot);
  const naive = naiveDerive(snapshot);
  const { rows, total } = await catalog.keysPage({ ...EVERY_ROW, offset: 0, limit: 1000 });
  expect(total).toBe(naive.records.length);
  expect(
    rows.map((row) => {
      const { id, users, inputs, results, layers, ownBytes, addsBytes, sharedBytes, createdAt } = row;
      return { id, users, inputs, results, layers, ownBytes, addsBytes, sharedBytes, createdAt };
    }),
  ).toEqual(naive.records);
  expect(rows.every((row) => row.reclaimableBytes === row.ownBytes - row.sharedBytes)).toBe(true);
  const layers = await catalog.layersPage({ ...EVERY_ROW, offset: 0, limit: 1000 });
  expect(layers.totalBytes).toBe(catalog.totals.deduplicatedBytes);
  expect(new Map(layers.rows.filter((l) => l.records > 0).map((l) => [l.digest, l.records]))).toEqual(
    naive.blobRecords,
  );
  expect(catalog.totals).toEqual(naive.totals);
  expect(await catalog.keysSums(EVERY_ROW)).toMatchObject({ records: catalog.totals.records });
  return catalog.caches.map(({ ref, totals }) => ({ ref, totals }));
}

describe('catalogs of real caches', () => {
  for (const name of ['sample', 'min', 'next', 'forms/zstd']) {
    test(`fixture ${name}`, async () => {
      expect(await expectAgreement(join(FIXTURES, name))).not.toHaveLength(0);
    });
  }
});

const title = noTestData ? `with the larger sets (${noTestData})` : 'with the larger sets';
describe.skipIf(noTestData)(title, () => {
  const data = noTestData === undefined ? openTestData() : undefined;
  afterAll(() => data?.[Symbol.dispose]());
  for (const set of ['tiny', 'app', 'pairs']) {
    test(`${set}: the totals that were counted independently`, async () => {
      const root = data?.set(set) ?? '';
      const expected = JSON.parse(
        readFileSync(join(process.env.CACHEWRIGHT_TEST_DATA ?? '', 'expected', `${set}.json`), 'utf8'),
      ) as Record<string, Partial<Totals>>;
      const folders = [...new Set(Object.keys(expected).map((key) => key.slice(0, key.lastIndexOf('#'))))];
      expect(folders.length).toBeGreaterThan(5);
      const seen: Record<string, unknown> = {};
      for (const folder of folders) {
        for (const { ref, totals } of await expectAgreement(join(root, folder))) seen[`${folder}#${ref}`] = totals;
      }
      expect(seen).toMatchObject(expected);
    });
  }
});
