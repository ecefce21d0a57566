import type { SourceKind } from '../../../shared/model/source.ts';
import type { SourceAbilities } from '../../../shared/model/source-abilities.ts';
import type { Ref } from '../../../shared/oci/reference.ts';
import type { CacheSource } from './cache-source.ts';

/**
 * One kind of source: what is declared of every source of it, and how one is recognised and opened. An adapter exports
 * one; `hosts/source-adapters.ts` lists them.
 */
export interface SourceAdapter {
  readonly kind: SourceKind;
  readonly can: SourceAbilities;
  /** What a person writes before `://` for this kind, the usual word first. Empty where a path is enough. */
  readonly schemes: readonly string[];
  /** Where such a source lies: in a path of this machine, or where only its reference leads to. */
  readonly opens: 'path' | 'reference';
  /** One sentence for the error about what is no source: what was looked for. Absent where the error says so itself. */
  readonly lookedFor?: string;
  /** The place of its blobs, for the blob info cache. `location` is canonical. */
  place(location: string): Ref;
  /**
   * The source at a location, or undefined where something else is. `location` is an absolute path, or for a `reference`
   * its whole text. Nothing of size is read.
   * @param isMeant a scheme of this adapter was written, so that anything else there is an error
   * @throws `NOT_FOUND`, `ACCESS_DENIED`
   */
  open(
    location: string,
    options: { isMeant: boolean; signal?: AbortSignal | undefined },
  ): Promise<CacheSource | undefined>;
  /** Whether the entry of a folder would open as this kind, by its files only. Absent where nothing in a folder does. */
  probe?(path: string): Promise<boolean>;
}
