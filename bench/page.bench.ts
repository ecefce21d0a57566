import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { shapeCache } from '../scripts/generate-cache-shape.ts';
import { writeShapedCache } from '../scripts/generate-cache-write.ts';
import { createDuckdbCatalogStore } from '../src/main/adapters/duckdb/index.ts';
import { catalogFile } from '../src/main/adapters/duckdb/layout.ts';
import { openSource } from '../src/main/adapters/oci-layout/index.ts';
import { recordQuery } from '../src/main/engine/catalog/row-queries.ts';
import type { Catalog } from '../src/main/engine/ports/catalog.ts';
import { runBench } from './harness.ts';

interface Prepared {
  readonly catalogs: string;
  readonly fingerprint: string;
  readonly table: string;
}

/** Rows by id, and how many match. */
interface Page {
  readonly rows: readonly unknown[];
  readonly total: number;
}

const RECORDS = 1_000_000;
const LIMIT = 100;

/** Another filter each round, so that nothing can be answered from the round before. */
const moreBytesThan = (round: number) => 1_000_000 + round * 1_000;

let catalog: Catalog | undefined;
let connection: DuckDBConnection | undefined;

await runBench<Prepared, { rows: readonly { id: string }[]; total: number }, Page>({
  name: 'page',
  what: 'the first 100 of 1,000,000 records, filtered by two fields and sorted by a third, and how many match',
  goal: 1 / 1.5,
  rounds: 31,
  async prepare(folder) {
    const cache = join(folder, 'cache');
    const shape = { records: RECORDS, fanIn: 1.6, alternatives: 2, sharing: 0.5, results: 0.8, depth: 40, seed: 1 };
    await writeShapedCache(shapeCache(shape), { folder: cache, ref: 'latest', blobs: 'none' });
    const catalogs = join(folder, 'catalogs');
    const snapshot = await (await openSource(cache)).read();
    const built = await createDuckdbCatalogStore({ folder: catalogs }).build('bench', snapshot, new Map());
    await built[Symbol.asyncDispose]();
    const table = join(folder, 'plain.duckdb');
    const instance = await DuckDBInstance.create(table);
    const own = await instance.connect();
    await own.run(`ATTACH '${catalogFile(catalogs, 'bench', snapshot.fingerprint)}' AS ours (READ_ONLY)`);
    await own.run('CREATE TABLE records AS SELECT * FROM ours.records ORDER BY n');
    own.closeSync();
    instance.closeSync();
    return { catalogs, fingerprint: snapshot.fingerprint, table };
  },
  ours: {
    name: 'cachewright',
    async run({ catalogs, fingerprint }, round) {
      catalog ??= await createDuckdbCatalogStore({ folder: catalogs }).open('bench', fingerprint);
      if (catalog === undefined) throw new Error('the catalog is gone');
      const filter = `size:>${moreBytesThan(round)} users:<3`;
      const query = recordQuery(catalog, { filter, sort: { field: 'createdAt', descending: true } }, Date.now());
      return catalog.keysPage({ ...query, offset: 0, limit: LIMIT });
    },
  },
  peer: {
    name: 'duckdb',
    async run({ table }, round) {
      connection ??= await (
        await DuckDBInstance.create(table, { threads: '2', memory_limit: '512MB', access_mode: 'READ_ONLY' })
      ).connect();
      const where = 'FROM records WHERE own > ? AND users < ?';
      const order = 'ORDER BY created_ms DESC NULLS LAST, created_ns DESC NULLS LAST, place';
      const columns =
        'digest, ordinal, cache, kind, name, stage, name_from, inputs, results, users, layers, own, adds, shared, reclaimable, created';
      const values = [moreBytesThan(round), 3];
      const page = await connection.run(`SELECT ${columns} ${where} ${order} LIMIT ${LIMIT}`, values);
      const rows = await page.getRowObjects();
      const [[total] = []] = await (await connection.run(`SELECT count(*) ${where}`, values)).getRows();
      return { rows: rows.map((row) => row.digest), total: Number(total) };
    },
  },
  check(ours, peer) {
    strictEqual(ours.rows.length, LIMIT);
    strictEqual(ours.total, peer.total);
    deepStrictEqual(
      ours.rows.map((row) => row.id),
      peer.rows,
    );
  },
});

// The library keeps no way to close what is still held: the process simply ends.
await catalog?.[Symbol.asyncDispose]();
connection?.closeSync();
