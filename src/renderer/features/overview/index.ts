import { LayoutDashboard } from 'lucide-react';
import type { SourceFeature } from '../../base/feature.ts';
import { lazyPart } from '../../base/lazy-part.ts';

/** How big, how much of it is shared, how old, and what is largest. */
export const feature: SourceFeature = {
  scope: 'source',
  id: 'overview',
  title: 'Overview',
  icon: LayoutDashboard,
  segment: 'overview',
  goKey: 'o',
  view: lazyPart(async () => (await import('./overview-view.tsx')).OverviewView),
  panels: [
    {
      id: 'source',
      title: 'Source',
      subject: 'source',
      order: 0,
      component: lazyPart(async () => (await import('./source-panel.tsx')).SourcePanel),
    },
  ],
};
