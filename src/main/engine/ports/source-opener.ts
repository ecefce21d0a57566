import type { SourceKind } from '../../../shared/model/source.ts';
import type { CacheSource } from './cache-source.ts';
import type { RecordNames } from './catalog.ts';

/** Recognises what lies at a location and opens it. */
export interface SourceOpener {
  /**
   * `location`: a path or a reference, as a person typed it. The answer's `kind` and `location` are canonical: the same
   * place gives the same two, however it was written. Nothing of size is read.
   * @throws `NOT_FOUND` where nothing is, `UNSUPPORTED_FORMAT` naming what was looked for
   */
  open(location: string, signal?: AbortSignal): Promise<CacheSource>;
  /** Names for its records from what lies beside it; empty when nothing is known. Never the reason that opening fails. */
  names(source: CacheSource, signal?: AbortSignal): Promise<RecordNames>;
  /** What a folder entry would open as, by its files only; undefined for a plain folder or file. */
  probe(path: string): Promise<SourceKind | undefined>;
}
