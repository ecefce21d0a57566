import type { Problem, Source } from '../../../shared/model/source.ts';
import type { CacheSource } from './cache-source.ts';
import type { Catalog } from './catalog.ts';

/**
 * What is open. A listed source that is not open yet (after a restart) is opened by the first who asks for its contents;
 * whoever asks while it is being opened waits for it.
 */
export interface SourceRegistry extends AsyncDisposable {
  list(): readonly Source[];
  /** What is known of it; nothing is opened. @throws `NOT_FOUND` */
  get(id: string): Source;
  /** The same, and opens it in the background where it is not open. @throws `NOT_FOUND` */
  wake(id: string): Source;
  /** The whole list, first at once and then whenever it changes. */
  watch(signal?: AbortSignal): AsyncIteratorObject<Source[], void, void>;

  /** Opens a location, or gives the source that is already listed for it. @throws what `SourceOpener.open` throws */
  open(location: string): Promise<{ readonly source: Source; readonly jobId: string }>;
  /** Lists a location without reading it: what is done to a store needs its place only. @throws as `open` */
  add(location: string): Promise<Source>;
  /** Creates an empty managed store and opens it. */
  createStore(path: string): Promise<{ readonly source: Source; readonly jobId: string }>;
  /** Reads it again if its fingerprint changed, or always with `force`; the job's id. */
  reload(id: string, options?: { readonly force?: boolean }): string;
  /** Takes it from the list and deletes its catalog; a job that opens it is cancelled. */
  close(id: string): Promise<void>;

  /**
   * Runs `use` on the catalog, opening the source first where needed. The catalog stays usable until `use` is done, even
   * if a newer one takes its place meanwhile; `version` is the one the answer belongs to.
   * @throws `NOT_FOUND`, `CANCELLED` from the signal, or why the source could not be opened
   */
  query<T>(
    id: string,
    signal: AbortSignal | undefined,
    use: (catalog: Catalog, version: number) => Promise<T>,
  ): Promise<T>;
  /** The source itself, for its blobs; no catalog is needed. @throws `NOT_FOUND`, `CONFLICT` where something else is there now */
  cacheSource(id: string, signal?: AbortSignal): Promise<CacheSource>;
  /**
   * To be called by every job that changed a store, also one that failed part way: rebuilds the catalog if the bytes
   * changed. Never throws: a source that cannot be read any more is `failed`, and says why itself.
   */
  refresh(id: string, signal?: AbortSignal): Promise<void>;
  /** The listed source at a canonical location, so that a job that wrote there can refresh it. */
  findByLocation(location: string): Source | undefined;
  /** Replaces what a check found wrong with the source, until it is read anew. */
  report(id: string, problems: readonly Problem[]): void;
}
