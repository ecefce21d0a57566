import { CacheError } from '../../../shared/base/errors.ts';
import { parseFilter } from '../../../shared/base/filter/index.ts';
import type { LayerRow } from '../../../shared/model/layer.ts';
import { errorDataSchema } from '../../../shared/model/source.ts';
import { recordsHolding } from '../../engine/catalog/chain-walks.ts';
import type { Catalog } from '../../engine/ports/catalog.ts';
import { number, optionalText, type Row, text } from './database.ts';
import { type FilterTarget, filterCondition } from './filter-sql.ts';
import type { KeyQueries, QueryContext } from './key-queries.ts';
import { blobsOf } from './ref-scope.ts';
import { createRowView } from './row-view.ts';
import { orderSql, type SortFields } from './sort-sql.ts';

const COLUMNS = 'b, digest, diff_id, media_type, size, records, present, problem, created';

const TARGET: FilterTarget = {
  texts: () => ['digest', 'diff_id', 'lower(media_type)'],
  time: 'created_ms',
  columns: {
    digest: 'digest',
    diffid: 'diff_id',
    size: 'size',
    type: 'lower(media_type)',
    compression: 'compression',
    records: 'records',
    present: "CASE present WHEN 1 THEN 'yes' ELSE 'no' END",
    damaged: "CASE WHEN present = 1 AND problem IS NOT NULL THEN 'yes' ELSE 'no' END",
  },
};

const CREATED = ['created_ms', 'created_ns'];

/** Sort fields of layers: the names of the filter, and those of the rows' JSON. */
const SORTS: SortFields = {
  digest: ['place'],
  diffid: ['diff_id'],
  diffID: ['diff_id'],
  size: ['size'],
  type: ['media_type'],
  mediaType: ['media_type'],
  compression: ['compression'],
  records: ['records'],
  present: ['present'],
  created: CREATED,
  createdAt: CREATED,
  age: CREATED.map((column) => `-${column}`),
};

/** Users listed of one layer. */
const LISTED_USERS = 200;

/** Queries about layer blobs. */
export function createLayerQueries(context: QueryContext, keys: KeyQueries): Pick<Catalog, 'layersPage' | 'layer'> {
  const { database, memory, refs } = context;
  const view = createRowView(database, 'b', COLUMNS);

  return {
    async layersPage({ ref, filter, sort, offset, limit }) {
      const own = {
        from: blobsOf(refs, ref),
        where: filterCondition(parseFilter(filter, 'layers'), TARGET, context.now()),
        order: orderSql(sort, SORTS, 'place', 'b'),
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
      if (row === undefined) {
        throw new CacheError('NOT_FOUND', 'The source has no such layer.', {
          subject: digest,
          hint: 'Give a whole digest, as the table of layers shows it.',
        });
      }
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
