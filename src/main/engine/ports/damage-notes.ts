import type { Digest } from '../../../shared/oci/digest.ts';
import type { FileLook } from '../model/file-look.ts';
import type { CacheSource } from './cache-source.ts';
import type { DamageNote } from './managed-store.ts';

/** A damaged blob of a source that is not ours to write to. */
export interface NotedBlob extends DamageNote {
  /** The file its bytes lie in (a tar, for one), and its look then. Absent where they come from elsewhere. */
  readonly file?: (FileLook & { readonly path: string }) | undefined;
}

/** What checks found damaged, across sessions. Several processes may share one: each call is atomic. */
export interface DamageNotes {
  /** By the id of the source; empty where nothing was found. */
  list(sourceId: string): readonly NotedBlob[];
  /** Replaces them by what a whole check has just found. */
  replace(sourceId: string, notes: readonly NotedBlob[]): void;
}

/** Looks at files of this machine. */
export interface FileLooks {
  /** `undefined` where nothing is. A link is looked at itself. */
  look(path: string): Promise<FileLook | undefined>;
}

/** Damage that only hashing shows, of every kind of source: kept in a managed store itself, and beside us for others. */
export interface SourceDamage {
  /** Of the source, what a check found and nobody has touched since. No blob is read. */
  known(source: CacheSource): Promise<ReadonlyMap<Digest, DamageNote>>;
  /** Replaces what is known by what a whole check has just found. @throws `ACCESS_DENIED` for a store not to be written */
  note(source: CacheSource, found: readonly DamageNote[], signal?: AbortSignal): Promise<void>;
}
