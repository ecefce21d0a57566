import type { BlobPlace } from '../../../shared/model/blob-place.ts';
import type { Damage, DamagedBlob, Origin } from '../../../shared/model/damage.ts';
import type { LayerDetail } from '../../../shared/model/layer.ts';
import type { Problem, Source } from '../../../shared/model/source.ts';
import { isDigest } from '../../../shared/oci/digest.ts';
import { otherPlaces } from '../blob-info/other-places.ts';
import type { BIC } from '../ports/blob-info-cache.ts';
import type { StoreOpener } from '../ports/managed-store.ts';
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
  const digests = shown.map(({ subject = '' }) => subject);
  const places = await otherPlaces({ sources, blobInfo }, sourceId, digests, signal);
  const blobs: DamagedBlob[] = [];
  for (const { subject: digest = '', code, message } of shown) {
    const detail = details.get(digest);
    blobs.push({
      digest,
      code,
      message,
      ...(detail ? { size: detail.size } : {}),
      records: detail?.usedBy.slice(0, MAX_RECORDS) ?? [],
      recordsTotal: detail?.usedByTotal ?? 0,
      places: [...(places.get(digest) ?? [])],
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
