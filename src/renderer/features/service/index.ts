import { RefreshCw, Server } from 'lucide-react';
import type { WindowFeature } from '../../base/feature.ts';
import { lazyPart } from '../../base/lazy-part.ts';
import { ServiceNote } from './service-note.tsx';

/** A team's cache service: what this machine keeps in step with it. */
export const feature: WindowFeature = {
  scope: 'window',
  id: 'service',
  title: 'Service',
  icon: Server,
  segment: 'service',
  goKey: 'v',
  view: lazyPart(async () => (await import('./service-view.tsx')).ServiceView),
  note: ServiceNote,
  commands: [
    {
      id: 'service.sync-source',
      title: 'Keep this source in step with a service',
      icon: RefreshCw,
      words: 'sync team cache push import dagger',
      enabled: ({ source }) => source?.can.transfer === true && source.can.links,
      run: ({ source, navigate }) => {
        if (source) navigate(`/service?of=${source.id}`);
      },
    },
  ],
};
