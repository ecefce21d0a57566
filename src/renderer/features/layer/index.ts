import { Layers2 } from 'lucide-react';
import type { PartFeature } from '../../base/feature.ts';
import { lazyPart } from '../../base/lazy-part.ts';

/** What the inspector says of a layer blob, whichever view it was chosen in. */
export const feature: PartFeature = {
  scope: 'part',
  id: 'layer',
  title: 'Layer',
  icon: Layers2,
  panels: [
    {
      id: 'layer',
      title: 'Layer',
      subject: 'layer',
      order: 10,
      component: lazyPart(async () => (await import('./layer-panel.tsx')).LayerPanel),
    },
    {
      id: 'layer-files',
      title: 'Files',
      subject: 'layer',
      order: 20,
      component: lazyPart(async () => (await import('./layer-files-panel.tsx')).LayerFilesPanel),
    },
  ],
};
