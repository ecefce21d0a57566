import { Layers } from 'lucide-react';
import { lazy } from 'react';
import type { SourceFeature } from '../../base/feature.ts';

/** Every layer blob of a source, as a table. */
export const feature: SourceFeature = {
  scope: 'source',
  id: 'layers',
  title: 'Layers',
  icon: Layers,
  segment: 'layers',
  goKey: 'l',
  view: lazy(() => import('./layers-view.tsx').then(({ LayersView }) => ({ default: LayersView }))),
};
