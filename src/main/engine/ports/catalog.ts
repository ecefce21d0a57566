import type { LayerColumn, RecordColumn } from '../../../shared/fields/index.ts';
import type { Graph } from '../../../shared/model/graph.ts';
import type { LayerDetail, LayerRow } from '../../../shared/model/layer.ts';
import type { AgeBin, TreemapGroup } from '../../../shared/model/overview.ts';
import type { RecordDetail, RecordGroup, RecordRef, RecordRow } from '../../../shared/model/record.ts';
import type { CacheSummary, Problem } from '../../../shared/model/source.ts';
import type { Totals } from '../../../shared/model/totals.ts';
import type { UsageTotals } from '../../../shared/model/usage.ts';
import type { RecordNames } from '../model/record-names.ts';
import type { ReadProgress, SourceSnapshot } from './cache-source.ts';
import type { RowFilter, RowQuery, Window } from './row-query.ts';

/** Which records, in which order. */
export interface RecordQuery extends RowQuery<RecordColumn> {
  /** Numbers of the caches they are of; absent: of all. */
  readonly caches?: readonly number[] | undefined;
}

/** Which layer blobs, in which order. Of some caches: with what is true of these alone. */
export interface LayerQuery extends RowQuery<LayerColumn> {
  readonly caches?: readonly number[] | undefined;
}

/** What tells a record apart; `n` is its number in this catalog, by which it is asked for. */
export interface RecordKey {
  readonly n: number;
  readonly id: string;
  readonly digest: string;
}

/** Sums over records. `onlyTheseBytes`: of blobs that no other record uses. */
export interface RecordSums {
  readonly records: number;
  readonly ownBytes: number;
  readonly deduplicatedBytes: number;
  readonly onlyTheseBytes: number;
}

/** A look of a source, and what it stands for. */
export interface SeenSource {
  readonly look: string;
  /** Of all blobs in the source. */
  readonly wholeBytes: number;
}

/** Everything of one source that can be asked without reading it again. */
export interface Catalog extends AsyncDisposable {
  readonly fingerprint: string;
  readonly totals: Totals;
  readonly caches: readonly CacheSummary[];
  readonly problems: readonly Problem[];
  /** BuildKit's own figures, and the builds it tells of, where the source has them. */
  readonly du?: UsageTotals | undefined;
  readonly builds?: number | undefined;
  /** Of the source when this was last known to be its state; absent where that cannot be told by a look. */
  readonly seen?: SeenSource | undefined;
  /** True once a query failed with `CORRUPT` because of the catalog itself, not of its source: it has to be built again. */
  readonly isDamaged: boolean;

  keysPage(query: RecordQuery & Window): Promise<{ rows: RecordRow[]; total: number }>;
  /** In the order of `group`: stages by name, then what has none by kind. */
  keysGroups(query: Pick<RecordQuery, 'caches' | 'where'>): Promise<RecordGroup[]>;
  keysList(query: RecordQuery & Window): Promise<{ records: RecordDetail[]; total: number }>;
  keysSums(query: Pick<RecordQuery, 'caches' | 'where'>): Promise<RecordSums>;
  /** Sums over records by number. */
  sumsOf(records: readonly number[]): Promise<RecordSums>;
  /** The first of the records that match, by number, and how many do. */
  recordKeys(where: RowFilter<RecordColumn>, limit: number): Promise<{ keys: RecordKey[]; total: number }>;
  /** @param record number of a record that is there */
  record(record: number): Promise<RecordDetail>;
  /** The whole selector of one alternative of an input, by their places; undefined where there is no such alternative. */
  selector(record: number, input: number, alternative: number): Promise<string | undefined>;
  /** What is shown of records wherever they are mentioned, by number; those that are not there are left out. */
  mentions(records: readonly number[]): Promise<RecordRef[]>;

  /** `from`: number of a record that is there. */
  neighbourhood(query: {
    from: number;
    depth: number;
    direction: 'inputs' | 'users' | 'both';
    maxNodes: number;
    maxEdges: number;
  }): Promise<Graph>;
  pathToRoot(record: number): Promise<RecordRef[]>;
  reach(record: number): Promise<{ needs: number; neededBy: number }>;

  layersPage(query: LayerQuery & Window): Promise<{ rows: LayerRow[]; total: number; totalBytes: number }>;
  /** The layer with exactly this digest. */
  layer(digest: string): Promise<LayerDetail | undefined>;

  /** `nowMs`: epoch milliseconds that ages count from. */
  treemap(query: {
    caches?: readonly number[] | undefined;
    group: 'step' | 'kind' | 'age';
    maxTiles: number;
    nowMs: number;
  }): Promise<{
    groups: TreemapGroup[];
    totalBytes: number;
  }>;
  ages(query: {
    caches?: readonly number[] | undefined;
    bins: number;
  }): Promise<{ bins: AgeBin[]; oldest?: string; newest?: string }>;
}

/** Where catalogs are kept: one for each source and fingerprint, safe to delete at any time. */
export interface CatalogStore {
  /** Whether anything is kept of the source, of whatever state: answers without looking at the source. */
  has(sourceId: string): Promise<boolean>;
  /** The kept catalog of this state of the source, or undefined when there is none or it is damaged (the next build replaces it). `look`: that of the source now, noted for `openSeen`. */
  open(sourceId: string, fingerprint: string, look?: string): Promise<Catalog | undefined>;
  /** The kept catalog of the state that had this look, if one was noted. */
  openSeen(sourceId: string, look: string): Promise<Catalog | undefined>;
  /** Builds and keeps it; older catalogs of the source are deleted. A crash or abort leaves no catalog. `look`: from before the snapshot was read. */
  build(
    sourceId: string,
    snapshot: SourceSnapshot,
    names: RecordNames,
    options?: { signal?: AbortSignal; onProgress?: (progress: ReadProgress) => void; look?: string | undefined },
  ): Promise<Catalog>;
  /** Deletes everything kept of a source. */
  drop(sourceId: string): Promise<void>;
}
