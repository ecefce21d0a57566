import type { SourceKind } from '../../../shared/model/source.ts';
import type { CacheSource } from './cache-source.ts';

/** Recognises what lies at a location and opens it. */
export interface SourceOpener {
  /**
   * `location`: a path or a reference, as a person typed it. The answer's `kind` and `location` are canonical: the same
   * place gives the same two, however it was written. Nothing of size is read.
   * @throws `NOT_FOUND` where nothing is, `UNSUPPORTED_FORMAT` naming what was looked for
   */
  open(location: string, signal?: AbortSignal): Promise<CacheSource>;
  /** What a source of the list can do and where its blobs are, before it is opened again. */
  declared(kind: SourceKind, location: string): Pick<CacheSource, 'can' | 'place'>;
  /** What a folder entry would open as, by its files only; undefined for a plain folder or file. */
  probe(path: string): Promise<SourceKind | undefined>;
}
