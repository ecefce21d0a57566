import type { LayerColumn } from '../../../shared/fields/index.ts';
import type { BlobPlace, Damage, DamagedBlob, Origin } from '../../../shared/model/damage.ts';
import type { LayerDetail } from '../../../shared/model/layer.ts';
import type { Problem, Source } from '../../../shared/model/source.ts';
import { isDigest } from '../../../shared/oci/digest.ts';
import { LayerBlobInfo } from '../blob-info/layer-blob-info.ts';
import { locationOfPlace } from '../blob-info/same-place.ts';
import type { BIC } from '../ports/blob-info-cache.ts';
import type { StoreOpener } from '../ports/managed-store.ts';
import type { RowFilter } from '../ports/row-query.ts';
import type { SourceRegistry } from '../ports/source-registry.ts';

/** What finding damage needs of the engine. */
export interface DamageEngine {
  readonly sources: SourceRegistry;
  readonly stores: Pick<StoreOpener, 'viewStore'>;
  readonly blobInfo: BIC;
}

/** Blobs shown of one source, and records of one blob. */
const MAX_BLOBS = 200;
const MAX_RECORDS = 20;

/** Lists what is known to be wrong with the blobs of a source, with who needs each and where else it can be had. */
export async function knownDamage(
  { sources, stores, blobInfo }: DamageEngine,
  sourceId: string,
  signal: AbortSignal | undefined,
): Promise<Damage> {
  const source = sources.get(sourceId);
  const all = blobProblems(source);
  const shown = all.slice(0, MAX_BLOBS);
  const details = await layerDetails(sources, sourceId, shown, signal);
  // Whoever is open has been asked: an older word that it has the blob counts for nothing beside that.
  const asked = new Set(
    sources
      .list()
      .filter(({ id, state }) => id === sourceId || state === 'ready')
      .map((one) => locationOfPlace(one.place)),
  );
  const open = await openPlaces(sources, source, shown, signal);
  const known = await new LayerBlobInfo(shown.map(({ subject = '' }) => ({ digest: subject }))).getSources(blobInfo);
  const blobs: DamagedBlob[] = [];
  for (const { subject: digest = '', code, message } of shown) {
    const detail = details.get(digest);
    const here = open.get(digest) ?? [];
    const elsewhere = (known.get(digest) ?? [])
      .filter((location) => !asked.has(location))
      .map((location): BlobPlace => ({ location, how: 'known' }));
    blobs.push({
      digest,
      code,
      message,
      ...(detail ? { size: detail.size } : {}),
      records: detail?.usedBy.slice(0, MAX_RECORDS) ?? [],
      recordsTotal: detail?.usedByTotal ?? 0,
      places: [...here, ...elsewhere],
    });
  }
  const store = source.can.repair ? await stores.viewStore(source.location) : undefined;
  const quarantined = ((await store?.quarantined()) ?? []).map(({ digest, size, problem, at }) => ({
    digest,
    size,
    problem,
    at,
  }));
  return { blobs, total: all.length, origins: originsOf(blobs), quarantined };
}

/** Where these blobs can be copied from again: the place that has most of them first, then one that is open. */
function originsOf(blobs: readonly DamagedBlob[]): Origin[] {
  const origins = new Map<string, { how: BlobPlace['how']; blobs: number }>();
  for (const { places } of blobs) {
    for (const { location, how } of places) {
      const origin = origins.get(location) ?? { how, blobs: 0 };
      origin.blobs += 1;
      origins.set(location, origin);
    }
  }
  return [...origins]
    .map(([location, origin]) => ({ location, ...origin }))
    .sort((a, b) => b.blobs - a.blobs || Number(b.how === 'open') - Number(a.how === 'open'));
}

/** Problems of a source that are about one blob, each blob once. */
export function blobProblems({ problems }: Pick<Source, 'problems'>): Problem[] {
  const found = new Map<string, Problem>();
  for (const problem of problems) {
    if (isDigest(problem.subject) && !found.has(problem.subject)) found.set(problem.subject, problem);
  }
  return [...found.values()];
}

async function layerDetails(
  sources: SourceRegistry,
  sourceId: string,
  problems: readonly Problem[],
  signal: AbortSignal | undefined,
): Promise<Map<string, LayerDetail>> {
  const details = new Map<string, LayerDetail>();
  if (problems.length === 0) return details;
  await sources.query(sourceId, signal, async (catalog) => {
    for (const { subject = '' } of problems) {
      // Manifests and configs are no layers: nothing more is known of them.
      const detail = await catalog.layer(subject);
      if (detail) details.set(subject, detail);
    }
  });
  return details;
}

/** Other sources of the list that are read and hold these blobs whole, as far as they know. */
async function openPlaces(
  sources: SourceRegistry,
  source: Source,
  problems: readonly Problem[],
  signal: AbortSignal | undefined,
): Promise<Map<string, BlobPlace[]>> {
  const places = new Map<string, BlobPlace[]>();
  if (problems.length === 0) return places;
  const wanted = problems.map(({ subject = '' }) => subject);
  const where: RowFilter<LayerColumn> = {
    type: 'all',
    of: [
      { type: 'compare', column: 'present', operator: '=', value: 1 },
      { type: 'in', column: 'digest', values: wanted },
    ],
  };
  for (const other of sources.list()) {
    if (other.id === source.id || other.state !== 'ready') continue;
    // One that cannot be asked is no place to copy from.
    const page = await sources
      .query(other.id, signal, (catalog) => catalog.layersPage({ where, order: [], offset: 0, limit: MAX_BLOBS }))
      .catch(() => undefined);
    const bad = new Set(blobProblems(other).map(({ subject }) => subject));
    const documents = other.caches.flatMap(({ manifest, config }) => [manifest?.digest, config?.digest]);
    const held = new Set([...(page?.rows.map(({ digest }) => digest) ?? []), ...documents]);
    for (const digest of wanted) {
      if (!held.has(digest) || bad.has(digest)) continue;
      places.set(digest, [...(places.get(digest) ?? []), { location: other.location, how: 'open' }]);
    }
  }
  return places;
}
