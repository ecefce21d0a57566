import { Fingerprint } from 'lucide-react';
import type { PartFeature } from '../../base/feature.ts';
import { lazyPart } from '../../base/lazy-part.ts';

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
      component: lazyPart(async () => (await import('./record-panel.tsx')).RecordPanel),
    },
    {
      id: 'record-files',
      title: 'Files',
      subject: 'record',
      order: 20,
      component: lazyPart(async () => (await import('./record-files-panel.tsx')).RecordFilesPanel),
    },
    {
      id: 'record-json',
      title: 'JSON',
      subject: 'record',
      order: 30,
      component: lazyPart(async () => (await import('./record-json-panel.tsx')).RecordJsonPanel),
    },
  ],
};
