import type { LayerLocation } from '../../../shared/model/layer.ts';
import type { Source } from '../../../shared/model/source.ts';

/** Where else every blob was seen: in the store, if that is another source, and in a registry. */
export function fakeLocations(sources: readonly Source[], sourceId: string): LayerLocation[] {
  const stores = sources.filter(({ id, can }) => can.receive && id !== sourceId);
  return [
    ...stores.map(({ id, location }) => ({
      ref: `store://${location}`,
      kind: 'store' as const,
      recordedAt: Date.UTC(2025, 10, 20, 8, 51),
      sourceId: id,
    })),
    { ref: 'docker://registry.example/team/app/cache:main', kind: 'docker', recordedAt: Date.UTC(2025, 10, 19, 17, 4) },
  ];
}
