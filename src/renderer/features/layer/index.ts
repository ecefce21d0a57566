import { Layers2 } from 'lucide-react';
import { lazy } from 'react';
import type { PartFeature } from '../../base/feature.ts';

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
      component: lazy(() => import('./layer-panel.tsx').then(({ LayerPanel }) => ({ default: LayerPanel }))),
    },
    {
      id: 'layer-files',
      title: 'Files',
      subject: 'layer',
      order: 20,
      component: lazy(() =>
        import('./layer-files-panel.tsx').then(({ LayerFilesPanel }) => ({ default: LayerFilesPanel })),
      ),
    },
  ],
};
