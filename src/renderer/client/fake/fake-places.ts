import type { BlobPlace } from '../../../shared/model/blob-place.ts';
import type { Source } from '../../../shared/model/source.ts';

/** Where else every blob was seen: in the store, if that is another source, and in a registry. */
export function fakePlaces(sources: readonly Source[], sourceId: string): BlobPlace[] {
  const stores = sources.filter(({ id, can }) => can.receive && id !== sourceId);
  return [
    ...stores.map(({ id, location }) => ({
      location,
      kind: 'store' as const,
      how: 'open' as const,
      recordedAt: Date.UTC(2025, 10, 20, 8, 51),
      sourceId: id,
    })),
    {
      location: 'docker://registry.example/team/app/cache:main',
      kind: 'docker',
      how: 'known',
      recordedAt: Date.UTC(2025, 10, 19, 17, 4),
    },
  ];
}
