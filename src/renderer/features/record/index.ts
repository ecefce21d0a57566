import { Fingerprint } from 'lucide-react';
import { lazy } from 'react';
import type { PartFeature } from '../../base/feature.ts';

/** What the inspector says of a cache record, whichever view it was chosen in. */
export const feature: PartFeature = {
  scope: 'part',
  id: 'record',
  title: 'Record',
  icon: Fingerprint,
  panels: [
    {
      id: 'record',
      title: 'Record',
      subject: 'record',
      order: 10,
      component: lazy(() => import('./record-panel.tsx').then(({ RecordPanel }) => ({ default: RecordPanel }))),
    },
    {
      id: 'record-files',
      title: 'Files',
      subject: 'record',
      order: 20,
      component: lazy(() =>
        import('./record-files-panel.tsx').then(({ RecordFilesPanel }) => ({ default: RecordFilesPanel })),
      ),
    },
    {
      id: 'record-json',
      title: 'JSON',
      subject: 'record',
      order: 30,
      component: lazy(() =>
        import('./record-json-panel.tsx').then(({ RecordJsonPanel }) => ({ default: RecordJsonPanel })),
      ),
    },
  ],
};
