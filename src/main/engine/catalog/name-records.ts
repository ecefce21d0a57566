import type { RecordKind } from '../../../shared/model/record.ts';
import type { RecordName, RecordNames } from '../model/record-names.ts';
import { eachRow, type Steps } from '../streams/steps.ts';
import type { NameColumns, RecordGroupColumn } from './catalog-columns.ts';
import type { RecordIds } from './record-ids.ts';

const PHASE = 'Naming records';

/**
 * Puts names beside records, and records into the groups that they are listed under.
 * @param inferredKind what links alone tell; a name knows better
 */
export function* nameRecords(
  ids: Pick<RecordIds, 'digest' | 'ownId'>,
  names: RecordNames,
  inferredKind: readonly RecordKind[],
): Steps<NameColumns & RecordGroupColumn> {
  const count = ids.digest.length;
  const found = names.size === 0 ? undefined : new Array<RecordName | undefined>(count).fill(undefined);
  const kind = [...inferredKind];
  const operations: { record: number; operation: string }[] = [];
  if (found) {
    yield* eachRow(PHASE, count, (record) => {
      // A name by id goes before one by digest: records of one digest may be called differently.
      const name = names.get(ids.ownId?.[record] ?? '') ?? names.get(ids.digest[record] as string);
      if (name === undefined) return;
      found[record] = name;
      kind[record] = name.kind;
      if (name.operation !== undefined) operations.push({ record, operation: name.operation });
    });
  }
  return { kind, names: found, operations, ...(yield* groupRecords(kind, found)) };
}

/** Groups of records: stages by name, upper and lower case alike, then what has none by kind. */
function* groupRecords(
  kind: readonly RecordKind[],
  names: readonly (RecordName | undefined)[] | undefined,
): Steps<RecordGroupColumn> {
  const numbers = new Map<string, number>();
  const met: { stage?: string; kind?: RecordKind; key: string }[] = [];
  const group = new Uint32Array(kind.length);
  yield* eachRow(PHASE, kind.length, (record) => {
    const stage = names?.[record]?.stage;
    const key = stage === undefined ? `kind ${kind[record]}` : `stage ${stageName(stage)}`;
    let number = numbers.get(key);
    if (number === undefined) {
      number = met.length;
      numbers.set(key, number);
      met.push(stage === undefined ? { kind: kind[record] as RecordKind, key } : { stage: stageName(stage), key });
    }
    group[record] = number;
  });
  const order = met.map((_, number) => number).sort((a, b) => compareGroups(met[a] ?? {}, met[b] ?? {}));
  const place = new Uint32Array(met.length);
  for (const [at, number] of order.entries()) place[number] = at;
  yield* eachRow(PHASE, kind.length, (record) => {
    group[record] = place[group[record] as number] as number;
  });
  return {
    group,
    groups: order.map((number) => {
      const { key: _key, ...own } = met[number] ?? { key: '' };
      return own;
    }),
  };
}

/** The stage without the number of the step: `assets 2/3` is of `assets`. */
export function stageName(stage: string): string {
  return stage.replace(/ \d+\/\d+$/, '');
}

type Group = RecordGroupColumn['groups'][number];

function compareGroups(a: Group, b: Group): number {
  if (a.stage === undefined || b.stage === undefined) {
    if (a.stage !== undefined) return -1;
    if (b.stage !== undefined) return 1;
    return compareTexts(a.kind ?? '', b.kind ?? '');
  }
  return compareTexts(a.stage.toLowerCase(), b.stage.toLowerCase()) || compareTexts(a.stage, b.stage);
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
