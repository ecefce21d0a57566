import type { TreemapGroup, TreemapTile } from '../../../shared/model/overview.ts';
import { recordKindSchema } from '../../../shared/model/record.ts';
import { shortDigest } from '../../../shared/oci/digest.ts';
import type { Catalog } from '../../engine/ports/catalog.ts';
import { number, optionalText, type Row, text } from './database.ts';
import type { Condition } from './filter-sql.ts';
import type { QueryContext } from './key-queries.ts';
import { recordRef } from './record-rows.ts';
import { weighedOf } from './ref-scope.ts';

const DAY_MS = 86_400_000;

/** Age groups, youngest first: what is older than none of them is `older`. */
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

/** Joins blobs, called `own`, with the records they are shown under. */
const OWNERS = 'LEFT JOIN records AS r ON r.n = own.owner';

/**
 * True for a blob that no step of this cache put there: it lies below the record it is shown under, as the layers of a base
 * image do. An image brings all of its layers.
 */
const IS_INHERITED = 'own.inherited = 1';

/** Distinct blobs by group: the largest as tiles, the others as sums. */
export function createTreemapQuery(context: QueryContext): Pick<Catalog, 'treemap'> {
  const { database } = context;

  /** Digest and name by number, for groups that are called after a bottom layer. */
  async function layersOf(from: Condition, layers: readonly number[]): Promise<ReadonlyMap<number, Row>> {
    if (layers.length === 0) return new Map();
    const rows = await database.rows(
      `SELECT own.b AS b, own.digest AS blob, name FROM ${from.sql} AS own ${OWNERS} WHERE own.b IN (SELECT unnest(?))`,
      [...from.values, layers],
    );
    return new Map(rows.map((row) => [number(row, 'b'), row]));
  }

  return {
    async treemap({ caches, group, maxTiles, nowMs }) {
      const from = weighedOf(context, caches);
      const key = groupKey(group, context, nowMs);
      const top = `SELECT * FROM ${from.sql} WHERE owner >= 0 ORDER BY size DESC, b LIMIT ${maxTiles}`;
      const tiles = await database.rows(
        `SELECT ${key.sql}, own.digest AS blob, own.size AS size, own.records AS records, ${IS_INHERITED} AS inherited,
          r.n, r.digest AS digest, ordinal, own_id, kind, name, stage, name_from, r.created AS created
          FROM (${top}) AS own ${OWNERS} ORDER BY own.size DESC, own.b`,
        [...key.values, ...from.values],
      );
      // There may be as many bottom layers as caches ever had bases: only those with a tile are groups of their own.
      const layers = [...new Set(tiles.filter((row) => row.layer !== null).map((row) => number(row, 'layer')))];
      const [groups, named, [all]] = await Promise.all([
        database.rows(
          `SELECT word, layer, count(*)::INTEGER AS tiles, sum(size) AS bytes
            FROM (SELECT ${key.sql}, own.size AS size FROM ${from.sql} AS own ${OWNERS})
            WHERE layer IS NULL ${layers.length > 0 ? 'OR layer IN (SELECT unnest(?))' : ''} GROUP BY word, layer`,
          [...key.values, ...from.values, ...(layers.length > 0 ? [layers] : [])],
        ),
        layersOf(from, layers),
        database.rows(
          `SELECT count(*)::INTEGER AS tiles, coalesce(sum(size), 0) AS bytes FROM ${from.sql}`,
          from.values,
        ),
      ]);
      const nameOf = (row: Row) => groupName(row, group, named);
      return {
        groups: arrange(tiles, groups, all ?? {}, nameOf),
        totalBytes: number(all ?? {}, 'bytes'),
      };
    },
  };
}

/** Which group a blob belongs to: a word, or the layer at the bottom of its chain where nothing else is known. */
function groupKey(group: 'step' | 'kind' | 'age', { hasUsage }: QueryContext, nowMs: number): Condition {
  const key = (word: string, layer = 'NULL') =>
    `CASE WHEN own.owner < 0 THEN 'unused' ${word} END AS word, ${layer} AS layer`;
  if (group === 'kind') return { sql: key(`WHEN ${IS_INHERITED} THEN 'inherited' ELSE kind::VARCHAR`), values: [] };
  if (group === 'age') {
    const cases = AGES.map(({ key }) => `WHEN r.created_ms >= ? THEN '${key}'`).join(' ');
    return {
      sql: key(`WHEN r.created_ms IS NULL THEN 'undated' ${cases} ELSE 'older'`),
      values: AGES.map(({ days }) => nowMs - days * DAY_MS),
    };
  }
  // A record of a daemon stands for itself: there is nothing below it to be called after.
  if (hasUsage) return { sql: key('ELSE coalesce(stage, kind::VARCHAR)'), values: [] };
  const isNamed = `stage IS NOT NULL`;
  return {
    sql: key(
      `WHEN ${isNamed} AND ${IS_INHERITED} THEN 'inherited' ELSE stage`,
      `CASE WHEN own.owner >= 0 AND NOT (${isNamed}) THEN own.bottom END`,
    ),
    values: [],
  };
}

/** Key and label of the group of a row. A stage is written `assets 2/3`: the steps of one stage belong together. */
function groupName(
  row: Row,
  group: 'step' | 'kind' | 'age',
  layers: ReadonlyMap<number, Row>,
): { key: string; label: string } {
  const word = optionalText(row, 'word');
  if (word === undefined) {
    const layer = layers.get(number(row, 'layer')) ?? {};
    const digest = text(layer, 'blob');
    return { key: `layer:${digest}`, label: optionalText(layer, 'name') ?? shortDigest(digest) };
  }
  const label = LABELS.get(word);
  if (label !== undefined) return { key: word, label };
  const stage = word.replace(/ \d+\/\d+$/, '');
  const isStage = group === 'step' && !recordKindSchema.safeParse(word).success;
  return isStage ? { key: `stage:${stage}`, label: stage } : { key: word, label: word };
}

/** Groups with at least one tile, the largest first, and one more for all that have none. */
function arrange(
  tiles: readonly Row[],
  sums: readonly Row[],
  all: Row,
  nameOf: (row: Row) => { key: string; label: string },
): TreemapGroup[] {
  const groups = new Map<string, TreemapGroup>();
  for (const row of sums) {
    const { key, label } = nameOf(row);
    const group = groups.get(key) ?? { key, label, bytes: 0, tiles: [], rest: { tiles: 0, bytes: 0 } };
    groups.set(key, group);
    group.bytes += number(row, 'bytes');
    group.rest.tiles += number(row, 'tiles');
    group.rest.bytes += number(row, 'bytes');
  }
  for (const row of tiles) {
    const group = groups.get(nameOf(row).key);
    if (group === undefined) throw new RangeError('a tile is in no group');
    const tile = treemapTile(row);
    group.tiles.push(tile);
    group.rest.tiles -= 1;
    group.rest.bytes -= tile.bytes;
  }
  const shown = [...groups.values()]
    .filter((group) => group.tiles.length > 0 || group.key === 'unused')
    .sort((a, b) => b.bytes - a.bytes || (a.key < b.key ? -1 : 1));
  const rest = shown.reduce(
    (left, group) => ({
      tiles: left.tiles - group.tiles.length - group.rest.tiles,
      bytes: left.bytes - group.bytes,
    }),
    { tiles: number(all, 'tiles'), bytes: number(all, 'bytes') },
  );
  if (rest.tiles > 0) shown.push({ key: 'others', label: 'Others', bytes: rest.bytes, tiles: [], rest });
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
