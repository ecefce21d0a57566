import type { Digest } from '../../../shared/oci/digest.ts';
import { looksTheSame } from '../model/file-look.ts';
import type { CacheSource } from '../ports/cache-source.ts';
import type { DamageNotes, FileLooks, NotedBlob, SourceDamage } from '../ports/damage-notes.ts';
import type { DamageNote, StoreOpener } from '../ports/managed-store.ts';
import { sourceId } from './source-id.ts';

/** Where damage is kept. */
export interface DamagePorts {
  readonly notes: DamageNotes;
  readonly looks: FileLooks;
  readonly stores: Pick<StoreOpener, 'openStore' | 'viewStore'>;
}

/**
 * Damage of every kind of source. A store keeps its notes itself, for whoever opens it on another machine; those of the
 * rest are kept by the source's id, each with the look of the file, so that one ends when the file is replaced. For a blob
 * that comes from a registry, where a digest stands for its bytes, the note stands until the next check.
 */
export function createSourceDamage({ notes, looks, stores }: DamagePorts): SourceDamage {
  const idOf = (source: CacheSource) => sourceId(source.kind, source.location);
  return {
    async known(source) {
      if (source.can.repair) return (await stores.viewStore(source.location)).knownDamage();
      const known = new Map<Digest, DamageNote>();
      for (const { digest, message, file } of notes.list(idOf(source))) {
        const now = file && (await looks.look(file.path));
        if (file && !(now && looksTheSame(file, now))) continue;
        known.set(digest, { digest, message });
      }
      return known;
    },
    async note(source, found, signal) {
      if (source.can.repair) {
        // Nothing was known and nothing was found: then the store is only looked at.
        if (found.length === 0 && (await (await stores.viewStore(source.location)).knownDamage()).size === 0) return;
        await (await stores.openStore(source.location)).noteDamage(found, { signal });
        return;
      }
      const id = idOf(source);
      if (found.length === 0 && notes.list(id).length === 0) return;
      notes.replace(id, await withLooks(source, found, looks));
    },
  };
}

/** What is not there any more is left out. */
async function withLooks(source: CacheSource, found: readonly DamageNote[], looks: FileLooks): Promise<NotedBlob[]> {
  const extents = await source.locateBlobs(found.map(({ digest }) => digest));
  const noted: NotedBlob[] = [];
  for (const [index, note] of found.entries()) {
    const path = extents[index]?.path;
    const look = path === undefined ? undefined : await looks.look(path);
    if (path === undefined) noted.push(note);
    else if (look) noted.push({ ...note, file: { path, ...look } });
  }
  return noted;
}
