import type { RecordColumn } from '../../../shared/fields/index.ts';
import type { RecordGroup, RecordRef, RecordRow } from '../../../shared/model/record.ts';
import { nameFromSchema, recordKindSchema } from '../../../shared/model/record.ts';
import { recordId } from '../../../shared/model/record-id.ts';
import { recordUsageSchema } from '../../../shared/model/usage.ts';
import { number, optionalText, type Row, text } from './database.ts';
import type { ColumnSql, Condition } from './filter-sql.ts';

/** Everything of a record that its row shows. */
export const RECORD_COLUMNS =
  'n, cache, digest, ordinal, kind, name, stage, name_from, inputs, results, users, layers, ' +
  'own, adds, shared, reclaimable, created, own_id, usage';

/** Columns of records in SQL. */
export const RECORD_COLUMN_SQL: ColumnSql<RecordColumn> = {
  place: 'place',
  group: 'record_group',
  cache: 'cache',
  id: "coalesce(own_id, CASE WHEN ordinal = 0 THEN digest ELSE digest || '~' || ordinal END)",
  ownId: 'own_id',
  digest: 'digest',
  ordinal: 'ordinal',
  kind: 'kind',
  name: 'lower(name)',
  stage: 'lower(stage)',
  inputs: 'inputs',
  users: 'users',
  results: 'results',
  layers: 'layers',
  ownBytes: 'own',
  addsBytes: 'adds',
  sharedBytes: 'shared',
  reclaimableBytes: 'reclaimable',
  createdMs: 'created_ms',
  createdNs: 'created_ns',
  usageType: 'lower(usage_type)',
  uses: 'uses',
  usedMs: 'used_ms',
};

/** Rows of some caches, by number. */
export function inCaches(caches: readonly number[]): Condition {
  return { sql: caches.length === 0 ? 'false' : `cache IN (${caches.join(', ')})`, values: [] };
}

/** A group from a row of table `record_groups` with `records` and `adds`. */
export function recordGroup(row: Row): RecordGroup {
  const stage = optionalText(row, 'stage');
  return {
    ...(stage === undefined ? { kind: recordKindSchema.parse(row.kind) } : { stage }),
    records: number(row, 'records'),
    addsBytes: number(row, 'adds'),
  };
}

/** Id of a record from a row with its digest, ordinal and own id. */
export function rowId(row: Row): string {
  return optionalText(row, 'own_id') ?? recordId(text(row, 'digest'), number(row, 'ordinal'));
}

/** What every mention of a record shows. */
export function recordRef(row: Row): RecordRef {
  const [name, stage, nameFrom] = [
    optionalText(row, 'name'),
    optionalText(row, 'stage'),
    optionalText(row, 'name_from'),
  ];
  return {
    id: rowId(row),
    digest: text(row, 'digest'),
    kind: recordKindSchema.parse(row.kind),
    ...(name === undefined ? {} : { name }),
    ...(stage === undefined ? {} : { stage }),
    ...(nameFrom === undefined ? {} : { nameFrom: nameFromSchema.parse(nameFrom) }),
  };
}

/** A row of the Keys table. `refs`: cache → its reference. */
export function recordRow(row: Row, refs: readonly string[]): RecordRow {
  const [createdAt, usage] = [optionalText(row, 'created'), optionalText(row, 'usage')];
  return {
    ...recordRef(row),
    ref: refs[number(row, 'cache')] ?? '',
    inputs: number(row, 'inputs'),
    results: number(row, 'results'),
    users: number(row, 'users'),
    layers: number(row, 'layers'),
    ownBytes: number(row, 'own'),
    addsBytes: number(row, 'adds'),
    sharedBytes: number(row, 'shared'),
    reclaimableBytes: number(row, 'reclaimable'),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(usage === undefined ? {} : { usage: recordUsageSchema.parse(JSON.parse(usage)) }),
  };
}
