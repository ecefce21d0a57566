import type { Graph } from '../../../shared/model/graph.ts';
import type { LayerDetail, LayerRow } from '../../../shared/model/layer.ts';
import type { AgeBin, TreemapGroup } from '../../../shared/model/overview.ts';
import type { RecordDetail, RecordGroup, RecordRef, RecordRow } from '../../../shared/model/record.ts';
import type { CacheSummary, Problem } from '../../../shared/model/source.ts';
import type { Totals } from '../../../shared/model/totals.ts';
import type { UsageTotals } from '../../../shared/model/usage.ts';
import type { RecordNames } from '../model/record-names.ts';
import type { ReadProgress, SourceSnapshot } from './cache-source.ts';

/** A filtered, sorted window over rows. `filter` is the window's language, already checked. */
export interface CatalogQuery {
  readonly ref?: string | undefined;
  readonly filter: string;
  readonly sort?: { readonly field: string; readonly descending: boolean } | undefined;
  readonly offset: number;
  readonly limit: number;
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

  /** `grouped`: ordered by group first, groups as `keysGroups` lists them. */
  keysPage(query: CatalogQuery & { grouped?: boolean | undefined }): Promise<{ rows: RecordRow[]; total: number }>;
  /** By stage, then what has no stage by kind. */
  keysGroups(query: Pick<CatalogQuery, 'ref' | 'filter'>): Promise<RecordGroup[]>;
  keysList(query: CatalogQuery): Promise<{ records: RecordDetail[]; total: number }>;
  keysSums(query: Omit<CatalogQuery, 'offset' | 'limit' | 'sort'> & { ids?: readonly string[] | undefined }): Promise<{
    records: number;
    ownBytes: number;
    deduplicatedBytes: number;
    onlyTheseBytes: number;
  }>;
  /** By id or digest. @throws `NOT_FOUND`, or `CONFLICT` with the ids in the hint for an ambiguous digest */
  record(idOrDigest: string): Promise<RecordDetail>;
  search(text: string, limit: number): Promise<RecordRow[]>;
  /** What is shown of records wherever they are mentioned, by id; those that are not there are left out. */
  mentions(ids: readonly string[]): Promise<RecordRef[]>;

  neighbourhood(query: {
    from: string;
    depth: number;
    direction: 'inputs' | 'users' | 'both';
    maxNodes: number;
    maxEdges: number;
  }): Promise<Graph>;
  pathToRoot(id: string): Promise<RecordRef[]>;
  reach(id: string): Promise<{ needs: number; neededBy: number }>;

  layersPage(query: CatalogQuery): Promise<{ rows: LayerRow[]; total: number; totalBytes: number }>;
  layer(digest: string): Promise<LayerDetail>;

  treemap(query: { ref?: string | undefined; group: 'step' | 'kind' | 'age'; maxTiles: number }): Promise<{
    groups: TreemapGroup[];
    totalBytes: number;
  }>;
  ages(query: {
    ref?: string | undefined;
    bins: number;
  }): Promise<{ bins: AgeBin[]; oldest?: string; newest?: string }>;
  largest(query: { ref?: string | undefined; limit: number }): Promise<RecordRow[]>;
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
