import type { LayerColumn } from '../../../shared/fields/index.ts';
import type { LayerRow } from '../../../shared/model/layer.ts';
import { errorDataSchema } from '../../../shared/model/source.ts';
import { recordsHolding } from '../../engine/catalog/chain-walks.ts';
import type { Catalog } from '../../engine/ports/catalog.ts';
import { number, optionalText, type Row, text } from './database.ts';
import { type ColumnSql, filterSql } from './filter-sql.ts';
import type { KeyQueries, QueryContext } from './key-queries.ts';
import { blobsOf } from './ref-scope.ts';
import { createRowView } from './row-view.ts';
import { orderSql } from './sort-sql.ts';

const COLUMNS = 'b, digest, diff_id, media_type, size, records, present, problem, created';

const COLUMN_SQL: ColumnSql<LayerColumn> = {
  place: 'place',
  digest: 'digest',
  diffID: 'diff_id',
  size: 'size',
  mediaType: 'lower(media_type)',
  compression: 'compression',
  records: 'records',
  present: 'present',
  damaged: 'damaged',
  createdMs: 'created_ms',
  createdNs: 'created_ns',
};

/** Users listed of one layer. */
const LISTED_USERS = 200;

/** Queries about layer blobs. */
export function createLayerQueries(context: QueryContext, keys: KeyQueries): Pick<Catalog, 'layersPage' | 'layer'> {
  const { database, memory, refs } = context;
  const view = createRowView(database, 'b', COLUMNS);

  return {
    async layersPage({ caches, where, order, offset, limit }) {
      const own = {
        from: blobsOf(caches, refs.length),
        where: filterSql(where, COLUMN_SQL),
        order: orderSql(order, COLUMN_SQL, 'b'),
      };
      const sum = `SELECT coalesce(sum(size), 0) AS bytes FROM ${own.from.sql} WHERE ${own.where.sql}`;
      const [rows, total, [sums]] = await Promise.all([
        view.page(own, offset, limit),
        view.total(own),
        database.rows(sum, [...own.from.values, ...own.where.values]),
      ]);
      return { rows: rows.map(layerRow), total, totalBytes: number(sums ?? {}, 'bytes') };
    },
    async layer(digest) {
      const [row] = await database.rows(`SELECT ${COLUMNS} FROM blobs WHERE digest = ?`, [digest]);
      if (row === undefined) return undefined;
      const { tree, results } = await memory.chains();
      const users = recordsHolding(tree, results, number(row, 'b'));
      const listed = users.slice(0, LISTED_USERS);
      const [mentions, caches] = await Promise.all([
        keys.refsOf(listed),
        database.rows('SELECT cache FROM cache_blobs WHERE b = ? ORDER BY cache', [number(row, 'b')]),
      ]);
      return {
        ...layerRow(row),
        usedBy: listed.map((record) => mentions.get(record)).filter((mention) => mention !== undefined),
        usedByTotal: users.length,
        refs: caches.map((cache) => refs[number(cache, 'cache')] ?? ''),
      };
    },
  };
}

function layerRow(row: Row): LayerRow {
  const [problem, createdAt] = [optionalText(row, 'problem'), optionalText(row, 'created')];
  return {
    digest: text(row, 'digest'),
    mediaType: text(row, 'media_type'),
    size: number(row, 'size'),
    diffID: text(row, 'diff_id'),
    records: number(row, 'records'),
    present: number(row, 'present') === 1,
    ...(problem === undefined ? {} : { problem: errorDataSchema.shape.code.parse(problem) }),
    ...(createdAt === undefined ? {} : { createdAt }),
  };
}
