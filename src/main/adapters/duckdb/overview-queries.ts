import type { AgeBin, TreemapGroup, TreemapTile } from '../../../shared/model/overview.ts';
import { recordKindSchema } from '../../../shared/model/record.ts';
import { shortDigest } from '../../../shared/oci/digest.ts';
import type { Catalog } from '../../engine/ports/catalog.ts';
import { number, optionalText, type Row, text } from './database.ts';
import type { Condition } from './filter-sql.ts';
import type { QueryContext } from './key-queries.ts';
import { inCaches, recordRef } from './record-rows.ts';
import { blobsOf, cachesOf } from './ref-scope.ts';

/** Joins blobs, called `own`, with the records they are shown under and the bottom layers of their chains. */
const OWNERS = 'LEFT JOIN records AS r ON r.n = own.owner LEFT JOIN blobs AS bottoms ON bottoms.b = own.bottom';

/**
 * True for a blob that no step of this cache put there: it lies below the record it is shown under, as the layers of a base
 * image do. What the record's own step added has the size of its top layer; an image brings all of its layers.
 */
const IS_INHERITED = "(own.size <> r.adds AND kind <> 'source')";

const DAY_MS = 86_400_000;

/** Age groups of the treemap, youngest first: what is older than none of them is `older`. */
const AGES = [
  { key: 'day', label: 'Last 24 hours', days: 1 },
  { key: 'week', label: 'Last 7 days', days: 7 },
  { key: 'month', label: 'Last 30 days', days: 30 },
  { key: 'quarter', label: 'Last 90 days', days: 90 },
] as const;

/** Labels of groups that are no stage, kind or layer. */
const LABELS = new Map<string, string>([
  ...AGES.map(({ key, label }) => [key, label] as const),
  ['older', 'Older'],
  ['undated', 'No date'],
  ['unused', 'In no result'],
  ['inherited', 'Below the steps'],
]);

/** Queries of the Overview. */
export function createOverviewQueries(context: QueryContext): Pick<Catalog, 'treemap' | 'ages'> {
  const { database, refs } = context;

  return {
    async treemap({ ref, group, maxTiles }) {
      const from = blobsOf(refs, ref);
      const key = groupKey(group, context.now());
      const top = `SELECT * FROM ${from.sql} WHERE owner >= 0 ORDER BY size DESC, b LIMIT ${maxTiles}`;
      const tileColumns = `own.digest AS blob, own.size AS size, own.records AS records, bottoms.digest AS bottom, ${IS_INHERITED} AS inherited,
        r.n, r.digest AS digest, ordinal, kind, name, stage, name_from, r.created AS created`;
      const [tiles, groups] = await Promise.all([
        database.rows(
          `SELECT ${key.sql} AS key, ${tileColumns} FROM (${top}) AS own ${OWNERS} ORDER BY own.size DESC, own.b`,
          [...key.values, ...from.values],
        ),
        database.rows(
          `SELECT ${key.sql} AS key, count(*)::INTEGER AS tiles, sum(own.size) AS bytes FROM ${from.sql} AS own ${OWNERS}
            GROUP BY key ORDER BY bytes DESC, key`,
          [...key.values, ...from.values],
        ),
      ]);
      const labels = group === 'step' ? await layerLabels(tiles, from) : new Map<string, string>();
      return {
        groups: arrange(tiles, groups, labels),
        totalBytes: groups.reduce((sum, row) => sum + number(row, 'bytes'), 0),
      };
    },

    async ages({ ref, bins }) {
      const where = ref === undefined ? 'true' : inCaches(cachesOf(refs, ref)).sql;
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
      const from = blobsOf(refs, ref);
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

  /** Groups by bottom layer are called after the record that layer belongs to. */
  async function layerLabels(tiles: readonly Row[], from: Condition): Promise<Map<string, string>> {
    const keys = new Set(tiles.map((tile) => text(tile, 'key')).filter((key) => key.startsWith('layer:')));
    const digests = [...keys].map((key) => key.slice('layer:'.length));
    if (digests.length === 0) return new Map();
    const rows = await database.rows(
      `SELECT own.digest AS blob, name FROM ${from.sql} AS own LEFT JOIN records AS r ON r.n = own.owner
        WHERE own.digest IN (SELECT unnest(?))`,
      [...from.values, digests],
    );
    return new Map(
      rows.map((row) => [`layer:${text(row, 'blob')}`, optionalText(row, 'name') ?? shortDigest(text(row, 'blob'))]),
    );
  }
}

/** Which group a blob belongs to. */
function groupKey(group: 'step' | 'kind' | 'age', nowMs: number): Condition {
  const owned = (sql: string) => `CASE WHEN own.owner < 0 THEN 'unused' ${sql} END`;
  if (group === 'kind') return { sql: owned(`WHEN ${IS_INHERITED} THEN 'inherited' ELSE kind::VARCHAR`), values: [] };
  if (group === 'age') {
    const cases = AGES.map(({ key }) => `WHEN r.created_ms >= ? THEN '${key}'`).join(' ');
    return {
      sql: owned(`WHEN r.created_ms IS NULL THEN 'undated' ${cases} ELSE 'older'`),
      values: AGES.map(({ days }) => nowMs - days * DAY_MS),
    };
  }
  // A stage is written `assets 2/3`: the steps of one stage belong together.
  const stage = "'stage:' || regexp_replace(stage, ' [0-9]+/[0-9]+$', '')";
  return {
    sql: owned(
      `WHEN stage IS NULL THEN 'layer:' || bottoms.digest WHEN ${IS_INHERITED} THEN 'inherited' ELSE ${stage}`,
    ),
    values: [],
  };
}

/** Groups with at least one tile, the largest first, and one more for all that have none. */
function arrange(tiles: readonly Row[], groups: readonly Row[], labels: ReadonlyMap<string, string>): TreemapGroup[] {
  const byKey = Map.groupBy(tiles, (tile) => text(tile, 'key'));
  const shown: TreemapGroup[] = [];
  const others = { tiles: 0, bytes: 0 };
  for (const row of groups) {
    const [key, count, bytes] = [text(row, 'key'), number(row, 'tiles'), number(row, 'bytes')];
    const own = (byKey.get(key) ?? []).map(treemapTile);
    if (own.length === 0 && key !== 'unused') {
      others.tiles += count;
      others.bytes += bytes;
      continue;
    }
    const shownBytes = own.reduce((sum, tile) => sum + tile.bytes, 0);
    const label = labels.get(key) ?? LABELS.get(key) ?? key.replace(/^stage:/, '');
    shown.push({ key, label, bytes, tiles: own, rest: { tiles: count - own.length, bytes: bytes - shownBytes } });
  }
  if (others.tiles > 0) shown.push({ key: 'others', label: 'Others', bytes: others.bytes, tiles: [], rest: others });
  return shown;
}

function treemapTile(row: Row): TreemapTile {
  const createdAt = optionalText(row, 'created');
  const [blob, isInherited, record] = [text(row, 'blob'), row.inherited === true, recordRef(row)];
  const { id, digest } = record;
  return {
    ...(isInherited ? { id, digest, kind: 'unknown' as const, name: `layer ${shortDigest(blob)}` } : record),
    blob,
    bytes: number(row, 'size'),
    records: number(row, 'records'),
    ...(createdAt === undefined ? {} : { createdAt }),
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
