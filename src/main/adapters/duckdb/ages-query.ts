import type { AgeBin } from '../../../shared/model/overview.ts';
import { recordKindSchema } from '../../../shared/model/record.ts';
import type { Catalog } from '../../engine/ports/catalog.ts';
import { number, optionalText, type Row } from './database.ts';
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
      const first = number(span, 'first');
      const width = (number(span, 'last') - first + 1) / bins;
      const bin = 'least(floor((r.created_ms - ?) / ?), ?)::INTEGER AS bin';
      const binValues = [first, width, bins - 1];
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
      return { bins: fillBins(first, width, bins, counts, sums), oldest, newest };
    },
  };
}

function fillBins(first: number, width: number, count: number, counts: readonly Row[], sums: readonly Row[]): AgeBin[] {
  const bins = Array.from({ length: count }, (_, index): AgeBin => {
    return { fromMs: first + index * width, toMs: first + (index + 1) * width, records: 0, bytes: 0, byKind: {} };
  });
  for (const row of counts) {
    const bin = bins[number(row, 'bin')];
    if (bin) bin.records = number(row, 'records');
  }
  for (const row of sums) {
    const bin = bins[number(row, 'bin')];
    if (bin === undefined) continue;
    bin.bytes += number(row, 'bytes');
    bin.byKind[recordKindSchema.parse(row.kind)] = number(row, 'bytes');
  }
  return bins;
}
