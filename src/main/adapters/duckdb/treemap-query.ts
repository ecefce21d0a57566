import type { TreemapTile } from '../../../shared/model/overview.ts';
import { recordKindSchema } from '../../../shared/model/record.ts';
import {
  ageLimits,
  arrangeGroups,
  type GroupFacts,
  inheritedName,
  type TreemapGrouping,
} from '../../engine/catalog/treemap-groups.ts';
import type { Catalog } from '../../engine/ports/catalog.ts';
import { number, optionalText, type Row, text } from './database.ts';
import type { Condition } from './filter-sql.ts';
import type { QueryContext } from './key-queries.ts';
import { recordRef } from './record-rows.ts';
import { weighedOf } from './ref-scope.ts';

/** Joins blobs, called `own`, with the records they are shown under. */
const OWNERS = 'LEFT JOIN records AS r ON r.n = own.owner';

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
      const facts = factsSql(group, context, nowMs);
      const top = `SELECT * FROM ${from.sql} WHERE owner >= 0 ORDER BY size DESC, b LIMIT ${maxTiles}`;
      const tiles = await database.rows(
        `SELECT ${facts.sql}, own.digest AS blob, own.size AS size, own.records AS records, own.inherited = 1 AS inherited,
          r.n, r.digest AS digest, ordinal, own_id, kind, name, stage, name_from, r.created AS created
          FROM (${top}) AS own ${OWNERS} ORDER BY own.size DESC, own.b`,
        [...facts.values, ...from.values],
      );
      // There may be as many bottom layers as caches ever had bases: only those with a tile are groups of their own.
      const layers = [...new Set(tiles.filter((row) => row.layer !== null).map((row) => number(row, 'layer')))];
      const [groups, named, [all]] = await Promise.all([
        database.rows(
          `SELECT unused, below, of_kind, of_stage, age, layer, count(*)::INTEGER AS tiles, sum(size) AS bytes
            FROM (SELECT ${facts.sql}, own.size AS size FROM ${from.sql} AS own ${OWNERS})
            WHERE layer IS NULL ${layers.length > 0 ? 'OR layer IN (SELECT unnest(?))' : ''} GROUP BY ALL`,
          [...facts.values, ...from.values, ...(layers.length > 0 ? [layers] : [])],
        ),
        layersOf(from, layers),
        database.rows(
          `SELECT count(*)::INTEGER AS tiles, coalesce(sum(size), 0) AS bytes FROM ${from.sql}`,
          from.values,
        ),
      ]);
      const sum = (row: Row) => ({ tiles: number(row, 'tiles'), bytes: number(row, 'bytes') });
      const shown = arrangeGroups(
        group,
        tiles.map((row) => ({ facts: factsOf(row, named), tile: treemapTile(row) })),
        groups.map((row) => ({ facts: factsOf(row, named), ...sum(row) })),
        sum(all ?? {}),
      );
      return { groups: shown, totalBytes: number(all ?? {}, 'bytes') };
    },
  };
}

/** The columns that `groupOf` decides by, as far as a grouping asks for them: the others are null, and so divide nothing. */
function factsSql(group: TreemapGrouping, { hasUsage }: QueryContext, nowMs: number): Condition {
  const columns = (kind: string, stage: string, age: string, layer: string) =>
    `own.owner < 0 AS unused, ${hasUsage ? 'false' : 'own.inherited = 1'} AS below, ${kind} AS of_kind, ${stage} AS of_stage,
      ${age} AS age, ${layer} AS layer`;
  if (group === 'kind') return { sql: columns('kind::VARCHAR', 'NULL', 'NULL', 'NULL'), values: [] };
  if (group === 'age') {
    const limits = ageLimits(nowMs);
    const cases = limits.map((_, at) => `WHEN r.created_ms >= ? THEN ${at}`).join(' ');
    const age = `CASE WHEN r.created_ms IS NULL THEN NULL ${cases} ELSE ${limits.length} END`;
    return { sql: columns('NULL', 'NULL', age, 'NULL'), values: limits };
  }
  // A record of a daemon stands for itself: there is nothing below it to be called after.
  if (hasUsage) return { sql: columns('kind::VARCHAR', 'stage', 'NULL', 'NULL'), values: [] };
  const bottom = 'CASE WHEN own.owner >= 0 AND stage IS NULL THEN own.bottom END';
  return { sql: columns('NULL', 'stage', 'NULL', bottom), values: [] };
}

function factsOf(row: Row, layers: ReadonlyMap<number, Row>): GroupFacts {
  const kind = optionalText(row, 'of_kind');
  const layer = row.layer === null ? undefined : layers.get(number(row, 'layer'));
  return {
    isUnused: row.unused === true,
    isInherited: row.below === true,
    kind: kind === undefined ? undefined : recordKindSchema.parse(kind),
    stage: optionalText(row, 'of_stage'),
    age: row.age === null ? undefined : number(row, 'age'),
    bottom: layer && { digest: text(layer, 'blob'), name: optionalText(layer, 'name') },
  };
}

function treemapTile(row: Row): TreemapTile {
  const createdAt = optionalText(row, 'created');
  const [blob, isInherited, record] = [text(row, 'blob'), row.inherited === true, recordRef(row)];
  const { id, digest } = record;
  return {
    ...(isInherited ? { id, digest, ...inheritedName(blob) } : record),
    blob,
    bytes: number(row, 'size'),
    records: number(row, 'records'),
    ...(createdAt === undefined ? {} : { createdAt }),
  };
}
