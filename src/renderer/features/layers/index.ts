import { Layers } from 'lucide-react';
import type { SourceFeature } from '../../base/feature.ts';
import { lazyPart } from '../../base/lazy-part.ts';

/** Every layer blob of a source, as a table. */
export const feature: SourceFeature = {
  scope: 'source',
  id: 'layers',
  title: 'Layers',
  icon: Layers,
  segment: 'layers',
  goKey: 'l',
  view: lazyPart(async () => (await import('./layers-view.tsx')).LayersView),
};
