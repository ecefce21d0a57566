import type { Damage } from '../../../shared/model/damage.ts';
import { refOf } from './catalog.ts';
import type { FakeSource } from './fake-sources.ts';

/** What is wrong with a fake source; every other source is said to have what it lacks. */
export function fakeDamage({ source, catalog }: FakeSource, others: readonly FakeSource[]): Damage {
  const blobs = source.problems.flatMap(({ subject, code, message }) => {
    const layer = catalog.layers.find(({ digest }) => digest === subject);
    if (!layer) return [];
    const holders = catalog.holdersOf(layer.digest);
    const places = others
      .filter((other) => other.catalog.layers.some(({ digest, present }) => digest === layer.digest && present))
      .map((other) => ({
        location: other.source.location,
        kind: other.source.place.transport,
        how: 'open' as const,
        sourceId: other.source.id,
      }));
    return [
      {
        digest: layer.digest,
        code,
        message,
        size: layer.size,
        records: holders.slice(0, 20).map(refOf),
        recordsTotal: holders.length,
        places,
      },
    ];
  });
  const origins = others
    .map(({ source: { location } }) => ({
      location,
      how: 'open' as const,
      blobs: blobs.filter(({ places }) => places.some((place) => place.location === location)).length,
    }))
    .filter((origin) => origin.blobs > 0);
  return { blobs, total: blobs.length, origins, quarantined: [] };
}
