import type { LayerColumn } from '../../../shared/fields/index.ts';
import type { BlobPlace } from '../../../shared/model/blob-place.ts';
import type { Source } from '../../../shared/model/source.ts';
import type { BIC } from '../ports/blob-info-cache.ts';
import type { RowFilter } from '../ports/row-query.ts';
import type { SourceRegistry } from '../ports/source-registry.ts';
import { LayerBlobInfo } from './layer-blob-info.ts';
import { isOnRegistry } from './locate.ts';
import { isOnThisMachine, isSamePlace, locationOfPlace } from './same-place.ts';

/** Where places are looked for: the sources of the list, and what was seen of others. */
export interface KnownPlaces {
  readonly sources: Pick<SourceRegistry, 'get' | 'list' | 'query'>;
  readonly blobInfo: Pick<BIC, 'knownLocations' | 'forgetLocation'>;
}

/** What a source of the list answered: the digests that it holds whole. */
type Held = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Returns where else each of these blobs is or was seen, best first: on the registry of the source that is asked about, which
 * can mount them, then in sources of the list, then the most recently seen. The source itself is no other place, whatever
 * its tag.
 *
 * A source of the list that is read has been asked: what it does not hold, or holds damaged, is not there, whatever was
 * seen. On this machine that is forgotten. A repository may still have what its tag no longer names, and stays.
 */
export async function otherPlaces(
  { sources, blobInfo }: KnownPlaces,
  sourceId: string,
  digests: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, readonly BlobPlace[]>> {
  const here = sources.get(sourceId).place;
  const listed = sources.list().filter(({ id, place }) => id !== sourceId && !isSamePlace(place, here));
  const held = await askSources(sources, listed, digests, signal);
  const seen = await new LayerBlobInfo(digests.map((digest) => ({ digest }))).locations(blobInfo, here);
  const byText = new Map(listed.map((source) => [locationOfPlace(source.place), source]));
  const found = new Map<string, BlobPlace[]>();
  for (const digest of new Set(digests)) {
    const locations = (seen.get(digest) ?? []).filter(({ ref }) => !isSamePlace(ref, here));
    const open = listed.filter(({ id }) => held.get(id)?.has(digest));
    const places = open.map(({ id, location, place }) => {
      const recordedAt = locations.find(({ ref }) => locationOfPlace(ref) === locationOfPlace(place))?.recordedAt;
      return { ref: place, location, how: 'open' as const, sourceId: id, ...(recordedAt ? { recordedAt } : {}) };
    });
    const known = [];
    for (const { ref, recordedAt } of locations) {
      const location = locationOfPlace(ref);
      const source = byText.get(location);
      const answer = source && held.get(source.id);
      if (answer?.has(digest) || (source && isDamagedIn(source, digest))) continue;
      if (source && answer && isOnThisMachine(source.place)) {
        await blobInfo.forgetLocation(digest, ref);
        continue;
      }
      known.push({ ref, location, how: 'known' as const, recordedAt, ...(source ? { sourceId: source.id } : {}) });
    }
    const all = [...places, ...known].map(({ ref, ...place }) => ({
      isNear: isOnRegistry(ref, here),
      place: { ...place, kind: ref.transport },
    }));
    found.set(
      digest,
      all.sort((a, b) => Number(b.isNear) - Number(a.isNear)).map(({ place }) => place),
    );
  }
  return found;
}

/** Asks each source of the list that is read; one that cannot be asked now has no answer. */
async function askSources(
  sources: Pick<SourceRegistry, 'query'>,
  listed: readonly Source[],
  digests: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Held> {
  const held = new Map<string, ReadonlySet<string>>();
  if (digests.length === 0) return held;
  const where: RowFilter<LayerColumn> = {
    type: 'all',
    of: [
      { type: 'compare', column: 'present', operator: '=', value: 1 },
      { type: 'in', column: 'digest', values: [...digests] },
    ],
  };
  for (const source of listed) {
    if (source.state !== 'ready') continue;
    const page = await sources
      .query(source.id, signal, (catalog) => catalog.layersPage({ where, order: [], offset: 0, limit: digests.length }))
      .catch(() => undefined);
    if (!page) continue;
    const documents = source.caches.flatMap(({ manifest, config }) => [manifest?.digest, config?.digest]);
    const all = [...page.rows.map(({ digest }) => digest), ...documents.flatMap((digest) => digest ?? [])];
    held.set(source.id, new Set(all.filter((digest) => !isDamagedIn(source, digest))));
  }
  return held;
}

function isDamagedIn({ problems }: Pick<Source, 'problems'>, digest: string): boolean {
  return problems.some(({ subject }) => subject === digest);
}
