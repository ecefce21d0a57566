/**
 * OCI image layouts that hold build caches, as a folder or a tar of one, read-only.
 * Entry points for the registry of sources; everything else in this folder is inside work.
 */
import { CacheError } from '../../../shared/base/errors.ts';
import type { SourceKind } from '../../../shared/model/source.ts';
import type { CacheSource } from '../../engine/ports/cache-source.ts';
import type { RecordNames } from '../../engine/ports/catalog.ts';

/** What a path is. Without a `kind` nothing that opens is there, and `lookedFor` says what was missing. */
export type LayoutProbe =
  | { readonly kind: 'oci-layout' | 'oci-tar'; readonly location: string }
  | { readonly kind?: undefined; readonly location: string; readonly lookedFor: readonly string[] };

/** Options of `openSource`. */
export interface OpenOptions {
  /** What the source calls itself; a managed store is the same layout under another name. Default: as probed. */
  readonly kind?: SourceKind;
}

/** Tells what a path is, by its files only; never throws for a path that is something else. */
export async function probe(_location: string): Promise<LayoutProbe> {
  throw new CacheError('INTERNAL', 'not built yet');
}

/**
 * Opens a folder or a tar as a source. Nothing is read yet but what tells the two apart.
 * @throws `NOT_FOUND` where nothing is, `UNSUPPORTED_FORMAT` for what is not an OCI layout, saying what was looked for
 */
export async function openSource(_location: string, _options: OpenOptions = {}): Promise<CacheSource> {
  throw new CacheError('INTERNAL', 'not built yet');
}

/** Names for the records of the caches at a location, from a `provenance.json` in it or beside it; empty without one. */
export async function readCompanionNames(_location: string, _signal?: AbortSignal): Promise<RecordNames> {
  return new Map();
}
