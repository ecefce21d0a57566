import { CacheError, throwIfAborted } from '../../../shared/base/errors.ts';
import type { SourceKind } from '../../../shared/model/source.ts';
import { READ_ONLY_CACHE } from '../../../shared/model/source-abilities.ts';
import type { CacheSource, SourceSnapshot } from '../ports/cache-source.ts';
import type { SourceOpener } from '../ports/source-opener.ts';

/** A place of the pretended world. Change it and its fingerprint follows. */
export interface MemoryPlace {
  content: string;
  kind: SourceKind;
  /** Set to make the next reads wait, or fail. */
  onRead?: ((signal: AbortSignal | undefined) => Promise<void>) | undefined;
  /** How often its bytes were read whole. */
  reads: number;
}

/** An opener over a map of places, and the map. */
export function createMemorySources(): SourceOpener & {
  readonly places: Map<string, MemoryPlace>;
  put(location: string, content: string): MemoryPlace;
} {
  const places = new Map<string, MemoryPlace>();
  const find = (location: string): MemoryPlace => {
    const place = places.get(location);
    if (place) return place;
    throw new CacheError('NOT_FOUND', 'There is no such file or folder.', { subject: location });
  };
  return {
    places,
    put(location, content) {
      const place: MemoryPlace = { content, kind: 'oci-layout', reads: 0 };
      places.set(location, place);
      return place;
    },
    async open(text) {
      const location = text.replace(/\/+$/, '');
      return createSource(location, find(location).kind, () => find(location));
    },
    declared,
    probe: async (path) => places.get(path)?.kind,
  };
}

function declared(kind: SourceKind, location: string): Pick<CacheSource, 'can' | 'place'> {
  const isStore = kind === 'store';
  return {
    can: isStore ? { ...READ_ONLY_CACHE, prune: 'here', receive: true, repair: true } : READ_ONLY_CACHE,
    place: { transport: isStore ? 'store' : 'oci', registry: '', repository: location },
  };
}

function createSource(location: string, kind: SourceKind, find: () => MemoryPlace): CacheSource {
  return {
    kind,
    location,
    ...declared(kind, location),
    fingerprint: async () => `print of ${find().content}`,
    async read({ signal, onProgress } = {}) {
      const place = find();
      place.reads += 1;
      onProgress?.({ phase: 'reading', done: 1, total: 2, unit: 'bytes' });
      await place.onRead?.(signal);
      throwIfAborted(signal);
      return snapshotOf(place.content);
    },
    openBlob: async (digest) => {
      throw new CacheError('NOT_FOUND', 'The blob is not there.', { subject: digest });
    },
    locateBlobs: async (digests) => digests.map(() => undefined),
  };
}

function snapshotOf(content: string): SourceSnapshot {
  return { fingerprint: `print of ${content}`, caches: [], blobs: [], documents: [], problems: [] };
}
