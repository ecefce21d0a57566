import type { RecordDetail, RecordRef } from '../../../shared/model/record.ts';
import { chainNodes } from '../../engine/catalog/chain-walks.ts';
import { boundedSelector } from '../../engine/catalog/selectors.ts';
import { eachNeighbour, inputsOf, usersOf } from '../../engine/model/key-graph.ts';
import { type Database, number, optionalText, type Row, text } from './database.ts';
import type { CatalogMemory, ChainColumns } from './memory.ts';
import { createRecent } from './recent.ts';
import { recordRow } from './record-rows.ts';

type ChainLayer = RecordDetail['results'][number]['layers'][number];

const NO_BLOB: ChainLayer = { digest: '', size: 0, present: false };

/** Users listed of one record. */
const LISTED_USERS = 200;
/** Results listed of one record. */
const LISTED_RESULTS = 100;
/** Layers listed over the results of one record, and over those of all records of an answer. */
const LISTED_LAYERS = 1000;
const LISTED_LAYERS_ALL = 200_000;

/** Fills rows of `RECORD_COLUMNS` up to everything that is known of them, many at a time. */
export type RecordDetailer = (rows: readonly Row[]) => Promise<RecordDetail[]>;

/**
 * @param refs cache → its reference
 * @param refsOf mentions of records, by number
 */
export function createRecordDetailer(
  database: Database,
  memory: CatalogMemory,
  refs: readonly string[],
  refsOf: (records: Iterable<number>) => Promise<ReadonlyMap<number, RecordRef>>,
): RecordDetailer {
  const tops = createRecent<Int32Array>(4);

  /** Node → the first record of a cache with a result there; -1 without one. */
  async function topsOf(cache: number, chains: ChainColumns): Promise<Int32Array> {
    return tops.get(String(cache), async () => {
      const [range] = await database.rows(
        'SELECT coalesce(min(n), 0) AS first, coalesce(max(n), -1) AS last FROM records WHERE cache = ?',
        [cache],
      );
      const top = new Int32Array(chains.tree.count).fill(-1);
      const from = chains.resultOffset[number(range ?? {}, 'first')] as number;
      const to = chains.resultOffset[number(range ?? {}, 'last') + 1] as number;
      for (let result = to - 1; result >= from; result -= 1) {
        top[chains.results.node[result] as number] = chains.results.record[result] as number;
      }
      return top;
    });
  }

  return async (rows) => {
    const [graph, chains] = await Promise.all([memory.links(), memory.chains()]);
    const topOf = new Map<number, Int32Array>();
    for (const row of rows) {
      const cache = number(row, 'cache');
      if (!topOf.has(cache)) topOf.set(cache, await topsOf(cache, chains));
    }
    const numbers = rows.map((row) => number(row, 'n'));
    const users = numbers.map((n) => usersOf(graph, n, LISTED_USERS));
    const mentioned = new Set<number>(users.flatMap((own) => own.map(({ user }) => user)));
    for (const n of numbers) {
      eachNeighbour(graph, n, 'inputs', (source) => {
        mentioned.add(source);
        return true;
      });
    }
    const nodes = new Set<number>();
    const layersEach = Math.min(LISTED_LAYERS, Math.floor(LISTED_LAYERS_ALL / Math.max(rows.length, 1)));
    const resultNodes = numbers.map((n) => {
      let left = layersEach;
      return resultsOf(chains, n)
        .slice(0, LISTED_RESULTS)
        .map((result) => {
          const chain = chainNodes(chains.tree, chains.results.node[result] as number);
          const shown = chain.slice(Math.max(0, chain.length - left));
          left -= shown.length;
          return { shown, total: chain.length };
        });
    });
    for (const [index, row] of rows.entries()) {
      const top = topOf.get(number(row, 'cache'));
      for (const node of resultNodes[index]?.flatMap(({ shown }) => shown) ?? []) {
        nodes.add(node);
        const record = top?.[node] ?? -1;
        if (record >= 0) mentioned.add(record);
      }
    }
    const [records, blobs, operations, times] = await Promise.all([
      refsOf(mentioned),
      blobsOf(new Set([...nodes].map((node) => chains.tree.blob[node] as number))),
      operationsOf(numbers),
      timesOf(numbers),
    ]);

    // Long chains share most of their layers: each is made once for all records of a cache.
    const made = new Map<Int32Array | undefined, Map<number, ChainLayer>>();
    return rows.map((row, index): RecordDetail => {
      const n = number(row, 'n');
      const { inputs: _inputs, results: resultsTotal, users: usersTotal, ...rest } = recordRow(row, refs);
      const top = topOf.get(number(row, 'cache'));
      const operation = operations.get(n);
      const layerOf = (node: number, place: number, chain: readonly number[]): ChainLayer => {
        const blob = blobs.get(chains.tree.blob[node] as number) ?? NO_BLOB;
        // Several records may end here: the one that is looked at is named before others.
        if (place === chain.length - 1) return { ...blob, record: recordRefOf(rest) };
        const known = made.get(top)?.get(node);
        if (known) return known;
        const record = records.get(top?.[node] ?? -1);
        const layer = { ...blob, ...(record ? { record } : {}) };
        made.set(top, (made.get(top) ?? new Map<number, ChainLayer>()).set(node, layer));
        return layer;
      };
      return {
        ...rest,
        inputs: inputsOf(graph, n).map((alternatives) =>
          alternatives.flatMap(({ source, selector }) => {
            const ref = records.get(source);
            return ref ? [{ ...ref, selector: boundedSelector(selector) }] : [];
          }),
        ),
        results: (resultNodes[index] ?? []).map(({ shown, total }, place) => ({
          createdAt: times.get(n)?.[place] ?? rest.createdAt ?? '',
          layers: shown.map((node, at) => layerOf(node, at, shown)),
          layersTotal: total,
        })),
        resultsTotal,
        users: (users[index] ?? []).flatMap(({ user, input, selector }) => {
          const ref = records.get(user);
          return ref ? [{ ...ref, input, selector: boundedSelector(selector) }] : [];
        }),
        usersTotal,
        ...(operation === undefined ? {} : { operation }),
      };
    });
  };

  async function blobsOf(blobs: ReadonlySet<number>): Promise<Map<number, ChainLayer>> {
    if (blobs.size === 0) return new Map();
    const rows = await database.rows('SELECT b, digest, size, present FROM blobs WHERE b IN (SELECT unnest(?))', [
      [...blobs],
    ]);
    return new Map(
      rows.map((row) => [
        number(row, 'b'),
        { digest: text(row, 'digest'), size: number(row, 'size'), present: number(row, 'present') === 1 },
      ]),
    );
  }

  async function operationsOf(records: readonly number[]): Promise<Map<number, string>> {
    const rows = await database.rows('SELECT n, operation FROM operations WHERE n IN (SELECT unnest(?))', [records]);
    return new Map(rows.map((row) => [number(row, 'n'), text(row, 'operation')]));
  }

  /** Times of the results of records that have several. */
  async function timesOf(records: readonly number[]): Promise<Map<number, (string | undefined)[]>> {
    const sql = 'SELECT record, created FROM results WHERE record IN (SELECT unnest(?)) ORDER BY rowid';
    const rows = await database.rows(sql, [records]);
    const times = new Map<number, (string | undefined)[]>();
    for (const row of rows) {
      const own = times.get(number(row, 'record')) ?? [];
      own.push(optionalText(row, 'created'));
      times.set(number(row, 'record'), own);
    }
    return times;
  }
}

function recordRefOf({ id, digest, kind, name, stage, nameFrom }: RecordRef): RecordRef {
  return {
    id,
    digest,
    kind,
    ...(name === undefined ? {} : { name }),
    ...(stage === undefined ? {} : { stage }),
    ...(nameFrom === undefined ? {} : { nameFrom }),
  };
}

function resultsOf(chains: ChainColumns, record: number): number[] {
  const from = chains.resultOffset[record] as number;
  return Array.from({ length: (chains.resultOffset[record + 1] as number) - from }, (_, index) => from + index);
}
