import { CacheError } from '../../../shared/base/errors.ts';
import { type FilterTerm, type FilterTest, parseFilter } from '../../../shared/base/filter/index.ts';
import { parseTime } from '../../../shared/base/time.ts';
import { fieldsOf, findField, type Subject } from '../../../shared/fields/index.ts';
import type { LayerRow } from '../../../shared/model/layer.ts';
import type { RecordDetail, RecordRef, RecordRow } from '../../../shared/model/record.ts';
import type { Totals } from '../../../shared/model/totals.ts';
import { type FakeLayer, type FakeRecord, fakeDigest } from './records.ts';

/** What the fake engine asks about one source: everything computed once from its records. */
export interface FakeCatalog {
  readonly records: readonly FakeRecord[];
  readonly rows: readonly RecordRow[];
  readonly layers: readonly LayerRow[];
  readonly totals: Totals;
  record(id: string): FakeRecord;
  row(id: string): RecordRow;
  usersOf(
    record: FakeRecord,
  ): readonly { readonly record: FakeRecord; readonly input: number; readonly selector: string }[];
  detail(id: string): RecordDetail;
  /** Records whose chain holds the blob. */
  holdersOf(digest: string): readonly FakeRecord[];
}

export const REF = 'latest';

/** The reference of a record, as every answer mentions it. */
export function refOf(record: FakeRecord): RecordRef {
  return {
    id: record.id,
    digest: record.digest,
    kind: record.kind,
    ...(record.name === undefined ? {} : { name: record.name, nameFrom: 'reference' as const }),
    ...(record.stage === undefined ? {} : { stage: record.stage }),
  };
}

const sum = (layers: readonly FakeLayer[]): number => layers.reduce((total, layer) => total + layer.size, 0);

/** Computes everything. `missing`: digests of blobs that are not there. */
export function createFakeCatalog(
  records: readonly FakeRecord[],
  missing: ReadonlySet<string> = new Set(),
): FakeCatalog {
  const holders = new Map<string, FakeRecord[]>();
  const blobs = new Map<string, FakeLayer>();
  for (const record of records) {
    for (const layer of record.chain) {
      blobs.set(layer.digest, layer);
      holders.set(layer.digest, [...(holders.get(layer.digest) ?? []), record]);
    }
  }
  const kept = new Set(records);
  const users = new Map<FakeRecord, { record: FakeRecord; input: number; selector: string }[]>();
  for (const record of records) {
    record.inputs.forEach((alternatives, input) => {
      for (const { record: from, selector } of alternatives) {
        users.set(from, [...(users.get(from) ?? []), { record, input, selector }]);
      }
    });
  }
  const usersOf = (record: FakeRecord) => users.get(record) ?? [];
  const rows = records.map((record): RecordRow => {
    const own = sum(record.chain);
    const only = sum(record.chain.filter((layer) => holders.get(layer.digest)?.length === 1));
    return {
      ...refOf(record),
      ref: REF,
      inputs: record.inputs.length,
      results: record.chain.length > 0 ? 1 : 0,
      users: usersOf(record).length,
      layers: record.chain.length,
      ownBytes: own,
      addsBytes: record.chain.at(-1)?.size ?? 0,
      sharedBytes: own - only,
      reclaimableBytes: only,
      ...(record.createdAt === undefined ? {} : { createdAt: record.createdAt }),
    };
  });
  const rowsById = new Map(rows.map((row) => [row.id, row]));
  const find = (id: string): FakeRecord => {
    const found = records.find((record) => record.id === id || record.digest === id);
    if (found) return found;
    throw new CacheError('NOT_FOUND', 'There is no such record.', { subject: id, hint: 'It may have been pruned.' });
  };
  const row = (id: string): RecordRow => rowsById.get(find(id).id) as RecordRow;
  const layers = [...blobs.values()].map(
    (layer): LayerRow => ({
      digest: layer.digest,
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      size: layer.size,
      diffID: fakeDigest(`diff ${layer.digest}`),
      records: holders.get(layer.digest)?.length ?? 0,
      present: !missing.has(layer.digest),
      ...(missing.has(layer.digest) ? { problem: 'NOT_FOUND' as const } : {}),
      createdAt: layer.createdAt,
    }),
  );
  const deduplicated = layers.reduce((total, layer) => total + layer.size, 0);
  return {
    records,
    rows,
    layers,
    totals: {
      records: records.length,
      rootRecords: records.filter((record) => record.inputs.length === 0).length,
      links: records.reduce((n, record) => n + record.inputs.flat().length, 0),
      results: rows.reduce((n, one) => n + one.results, 0),
      layers: layers.length,
      blobs: layers.length,
      totalBytes: rows.reduce((n, one) => n + one.ownBytes, 0),
      deduplicatedBytes: deduplicated,
      reclaimableBytes: deduplicated,
      missingBlobs: missing.size,
      orphanBlobs: 0,
      orphanBytes: 0,
    },
    record: find,
    row,
    usersOf,
    holdersOf: (digest) => holders.get(digest) ?? [],
    detail(id) {
      const record = find(id);
      const { inputs: _inputs, results: _results, users: _users, ...rest } = row(id);
      return {
        ...rest,
        inputs: record.inputs.map((alternatives) =>
          alternatives.map((input) => ({ ...refOf(input.record), selector: input.selector })),
        ),
        results:
          record.chain.length === 0
            ? []
            : [
                {
                  createdAt: record.createdAt ?? '',
                  layers: record.chain.map((layer) => {
                    const top = records.find((one) => kept.has(one) && one.chain.at(-1)?.digest === layer.digest);
                    return {
                      digest: layer.digest,
                      size: layer.size,
                      present: !missing.has(layer.digest),
                      ...(top ? { record: refOf(top) } : {}),
                    };
                  }),
                  layersTotal: record.chain.length,
                },
              ],
        resultsTotal: record.chain.length === 0 ? 0 : 1,
        users: usersOf(record).map((user) => ({ ...refOf(user.record), input: user.input, selector: user.selector })),
        usersTotal: usersOf(record).length,
        ...(record.name?.startsWith('RUN ')
          ? {
              operation: `/bin/sh -c\n${record.name.slice(4).replaceAll(' && ', '\n&& ')}\n\ncwd  /work\nenv  PATH=/bin:/usr/bin`,
            }
          : {}),
      };
    },
  };
}

/** Rows by stage, then those without one by kind. */
export function fakeGroups(
  rows: readonly RecordRow[],
): readonly { readonly stage?: string; readonly kind?: RecordRow['kind']; readonly rows: readonly RecordRow[] }[] {
  const stageOf = (row: RecordRow) => row.stage?.replace(/ \d+\/\d+$/, '');
  const stages = [...new Set(rows.map(stageOf))].filter((stage) => stage !== undefined).sort();
  const rest = rows.filter((row) => row.stage === undefined);
  const kinds = [...new Set(rest.map((row) => row.kind))].sort();
  return [
    ...stages.map((stage) => ({ stage, rows: rows.filter((row) => stageOf(row) === stage) })),
    ...kinds.map((kind) => ({ kind, rows: rest.filter((row) => row.kind === kind) })),
  ];
}

type Row = Readonly<Record<string, unknown>>;

/** Filters and sorts rows as the engine would. */
export function queryRows<T extends object>(
  rows: readonly T[],
  query: {
    readonly filter: string;
    readonly sort?: { readonly field: string; readonly descending: boolean } | undefined;
  },
  subject: Subject,
): readonly T[] {
  const { terms } = parseFilter(query.filter, subject);
  const matching = rows.filter((row) => terms.every((term) => matches(row as Row, term, subject) !== term.negated));
  if (!query.sort) return matching;
  const { field, descending } = query.sort;
  const sortValue = (row: T): unknown => valueOfField(row as Row, field, subject);
  return [...matching].sort((a, b) => {
    const [x, y] = [sortValue(a), sortValue(b)];
    const order =
      typeof x === 'number' && typeof y === 'number' ? x - y : String(x ?? '').localeCompare(String(y ?? ''));
    return descending ? -order : order;
  });
}

function valueOfField(row: Row, field: string, subject: Subject): unknown {
  if (field === 'created') return parseTime(row.createdAt as string | undefined);
  if (field === 'age') return Date.now() - (parseTime(row.createdAt as string | undefined) ?? 0);
  if (field === 'root') return row.inputs === 0 ? 'yes' : 'no';
  if (field === 'named') return row.name === undefined ? 'no' : 'yes';
  if (field === 'present') return row.present === true ? 'yes' : 'no';
  if (field === 'damaged') return row.present === true && row.problem !== undefined ? 'yes' : 'no';
  if (field === 'compression') return 'gzip';
  const found = findField(fieldsOf(subject), field);
  return row[found?.json ?? found?.name ?? field];
}

function matches(row: Row, term: FilterTerm, subject: Subject): boolean {
  if (term.type === 'text') {
    const text = `${row.name ?? ''} ${row.stage ?? ''} ${row.digest ?? ''}`.toLowerCase();
    return text.includes(term.text.toLowerCase());
  }
  const value = valueOfField(row, term.field, subject);
  return term.tests.some((test) => passes(value, test));
}

function passes(value: unknown, test: FilterTest): boolean {
  switch (test.type) {
    case 'contains':
      return String(value ?? '')
        .toLowerCase()
        .includes(test.text.toLowerCase());
    case 'equals':
      return String(value ?? '').toLowerCase() === test.text.toLowerCase();
    case 'range':
      return Number(value) >= test.from && Number(value) <= test.to;
    case 'compare': {
      const n = Number(value);
      const { operator, value: than } = test;
      return operator === '>'
        ? n > than
        : operator === '>='
          ? n >= than
          : operator === '<'
            ? n < than
            : operator === '<='
              ? n <= than
              : n === than;
    }
  }
}
