import { recordKindSchema } from '../../../shared/model/record.ts';
import { ageBins, binScale } from '../../engine/catalog/age-bins.ts';
import type { Catalog } from '../../engine/ports/catalog.ts';
import { number, optionalText } from './database.ts';
import type { QueryContext } from './key-queries.ts';
import { inCaches } from './record-rows.ts';
import { weighedOf } from './ref-scope.ts';

/** The age histogram: every dated record once, every blob once under the record it belongs to. */
export function createAgesQuery({ database, refs, hasUsage }: QueryContext): Pick<Catalog, 'ages'> {
  return {
    async ages({ caches, bins }) {
      const where = caches ? inCaches(caches).sql : 'true';
      const [span] = await database.rows(
        `SELECT min(created_ms) AS first, max(created_ms) AS last,
          min_by(created, (created_ms, created_ns)) AS oldest, max_by(created, (created_ms, created_ns)) AS newest
          FROM records WHERE created_ms IS NOT NULL AND ${where}`,
      );
      const [oldest, newest] = [optionalText(span ?? {}, 'oldest'), optionalText(span ?? {}, 'newest')];
      if (span === undefined || oldest === undefined || newest === undefined) return { bins: [] };
      const scale = binScale(number(span, 'first'), number(span, 'last'), bins);
      const bin = 'least(floor((r.created_ms - ?) / ?), ?)::INTEGER AS bin';
      const binValues = [scale.firstMs, scale.widthMs, bins - 1];
      const from = weighedOf({ refs, hasUsage }, caches);
      const [counts, sums] = await Promise.all([
        database.rows(
          `SELECT ${bin}, count(*)::INTEGER AS records FROM records AS r WHERE created_ms IS NOT NULL AND ${where} GROUP BY bin`,
          binValues,
        ),
        database.rows(
          `SELECT ${bin}, kind, sum(own.size) AS bytes FROM ${from.sql} AS own
            JOIN records AS r ON r.n = own.owner WHERE r.created_ms IS NOT NULL GROUP BY bin, kind`,
          [...binValues, ...from.values],
        ),
      ]);
      const filled = ageBins(
        scale,
        counts.map((row) => ({ bin: number(row, 'bin'), records: number(row, 'records') })),
        sums.map((row) => ({
          bin: number(row, 'bin'),
          kind: recordKindSchema.parse(row.kind),
          bytes: number(row, 'bytes'),
        })),
      );
      return { bins: filled, oldest, newest };
    },
  };
}
