import type { LayerTree, ResultColumns } from '../../engine/catalog/catalog-columns.ts';
import { buildKeyGraph, type KeyGraph, type LinkColumns } from '../../engine/model/key-graph.ts';
import { type Database, text } from './database.ts';

/** Chains as a tree, with the results that stand on it. */
export interface ChainColumns {
  readonly tree: LayerTree;
  readonly results: Pick<ResultColumns, 'record' | 'node'>;
  /** Record → its results are `[resultOffset[r], resultOffset[r + 1])`. */
  readonly resultOffset: Uint32Array;
  /** Blob → bytes. */
  readonly size: Float64Array;
}

/** The columns that walks and sums need at hand: some 25 bytes a link and 8 a layer or result. Read when first used. */
export interface CatalogMemory {
  links(): Promise<KeyGraph>;
  chains(): Promise<ChainColumns>;
}

/** @param records how many there are */
export function createCatalogMemory(database: Database, records: number): CatalogMemory {
  return {
    links: once(async () => buildKeyGraph(await readLinks(database), records)),
    chains: once(() => readChains(database, records)),
  };
}

/** Tables are read in the order in which they were written. */
async function readLinks(database: Database): Promise<LinkColumns> {
  const [record, input, source, selector] = await database.columns('SELECT record, input, source, selector FROM links');
  const selectors = await database.rows('SELECT selector FROM selectors');
  if (!record || !input || !source || !selector) throw new RangeError('links have four columns');
  return { record, input, source, selector, selectors: selectors.map((row) => text(row, 'selector')) };
}

async function readChains(database: Database, records: number): Promise<ChainColumns> {
  const [parent, blob] = await database.columns('SELECT parent, blob FROM tree');
  const [record, node] = await database.columns('SELECT record, node FROM results');
  if (!parent || !blob || !record || !node) throw new RangeError('trees and results have two columns');
  const resultOffset = new Uint32Array(records + 1);
  for (const owner of record) resultOffset[owner + 1] = (resultOffset[owner + 1] as number) + 1;
  for (let owner = 0; owner < records; owner += 1) {
    resultOffset[owner + 1] = (resultOffset[owner + 1] as number) + (resultOffset[owner] as number);
  }
  return {
    tree: { count: parent.length, parent, blob },
    results: { record, node },
    resultOffset,
    size: await database.doubles('SELECT size FROM blobs'),
  };
}

/** Computes at the first call; a failure is not kept. */
function once<T>(compute: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    if (result === undefined) {
      const attempt = compute();
      result = attempt;
      attempt.catch(() => {
        if (result === attempt) result = undefined;
      });
    }
    return result;
  };
}
