import type { RecordGroup, RecordRef, RecordRow } from '../../../shared/model/record.ts';
import { nameFromSchema, recordKindSchema } from '../../../shared/model/record.ts';
import { recordUsageSchema } from '../../../shared/model/usage.ts';
import { recordId } from '../../engine/catalog/record-ids.ts';
import { number, optionalText, type Row, text } from './database.ts';
import type { Condition, FilterTarget } from './filter-sql.ts';
import type { SortFields } from './sort-sql.ts';

/** Everything of a record that its row shows. */
export const RECORD_COLUMNS =
  'n, cache, digest, ordinal, kind, name, stage, name_from, inputs, results, users, layers, ' +
  'own, adds, shared, reclaimable, created, own_id, usage';

const ID = "coalesce(own_id, CASE WHEN ordinal = 0 THEN digest ELSE digest || '~' || ordinal END)";

/**
 * Filter fields of keys.
 * @param refs cache → its reference: few enough to be compared here
 * @param hasUsage whether the source has BuildKit's own figures
 */
export function recordFilterTarget(refs: readonly string[], hasUsage = false): FilterTarget {
  return {
    // An id is its digest but for what follows the tilde, where it is not BuildKit's.
    texts: (text) => ['lower(name)', ...(hasUsage ? ['own_id'] : []), text.includes('~') ? ID : 'digest'],
    time: 'created_ms',
    columns: {
      kind: 'kind',
      name: 'lower(name)',
      stage: 'lower(stage)',
      digest: 'digest',
      id: ID,
      size: 'own',
      adds: 'adds',
      shared: 'shared',
      reclaimable: 'reclaimable',
      inputs: 'inputs',
      users: 'users',
      results: 'results',
      layers: 'layers',
      root: "CASE WHEN inputs = 0 THEN 'yes' ELSE 'no' END",
      type: 'lower(usage_type)',
      uses: 'uses',
      named: "CASE WHEN name IS NULL THEN 'no' ELSE 'yes' END",
    },
    conditions: {
      ref: (test) => {
        const matches = (ref: string) =>
          (test.type === 'contains' && ref.toLowerCase().includes(test.text.toLowerCase())) ||
          (test.type === 'equals' && ref.toLowerCase() === test.text.toLowerCase());
        return inCaches(refs.flatMap((ref, cache) => (matches(ref) ? [cache] : [])));
      },
    },
    ages: { unused: 'used_ms' },
    unrecorded: hasUsage ? {} : UNRECORDED,
  };
}

/** What only a daemon knows of its records. */
const UNRECORDED = {
  unused: {
    message: 'This source does not record when a record was last used.',
    hint: 'Filter by the time since it was made: age:>7d.',
  },
  type: {
    message: 'This source does not record BuildKit’s type of a record.',
    hint: 'Filter by kind: kind:exec.',
  },
  uses: {
    message: 'This source does not record how often a record was used.',
    hint: 'Filter by the records that use it: users:0.',
  },
};

/** Rows of some caches, by number. */
export function inCaches(caches: readonly number[]): Condition {
  return { sql: caches.length === 0 ? 'false' : `cache IN (${caches.join(', ')})`, values: [] };
}

const CREATED = ['created_ms', 'created_ns'];

/** Sort fields of keys: the names of the filter, and those of the rows' JSON. */
export const RECORD_SORTS: SortFields = {
  id: ['place'],
  digest: ['place'],
  kind: ['kind'],
  name: ['lower(name)'],
  step: ['lower(name)'],
  stage: ['lower(stage)', 'lower(name)'],
  ref: ['cache'],
  inputs: ['inputs'],
  users: ['users'],
  results: ['results'],
  layers: ['layers'],
  size: ['own'],
  own: ['own'],
  ownBytes: ['own'],
  adds: ['adds'],
  addsBytes: ['adds'],
  shared: ['shared'],
  sharedBytes: ['shared'],
  reclaimable: ['reclaimable'],
  reclaimableBytes: ['reclaimable'],
  type: ['usage_type'],
  uses: ['uses'],
  used: ['used_ms'],
  lastUsedAt: ['used_ms'],
  unused: ['-used_ms'],
  created: CREATED,
  createdAt: CREATED,
  age: CREATED.map((column) => `-${column}`),
};

/** The stage without the number of the step: `assets 2/3` is of `assets`. */
const STAGE_NAME = "regexp_replace(stage, ' [0-9]+/[0-9]+$', '')";

/** What makes a group of records: its stage, or its kind where it has none. */
export const RECORD_GROUP = {
  columns: `${STAGE_NAME} AS stage_name, CASE WHEN stage IS NULL THEN kind END AS kind_name`,
  /** Of the groups, and of rows that are to stand as these do. */
  order: 'stage_name IS NULL, lower(stage_name), stage_name, kind_name',
  rowOrder: `stage IS NULL, lower(${STAGE_NAME}), ${STAGE_NAME}, CASE WHEN stage IS NULL THEN kind END`,
} as const;

/** A group from a row with `RECORD_GROUP.columns`, `records` and `adds`. */
export function recordGroup(row: Row): RecordGroup {
  const stage = optionalText(row, 'stage_name');
  return {
    ...(stage === undefined ? { kind: recordKindSchema.parse(row.kind_name) } : { stage }),
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
