import { Scissors } from 'lucide-react';
import type { SourceFeature } from '../../base/feature.ts';
import { lazyPart } from '../../base/lazy-part.ts';

/** What may go, by a policy: plan, apply, undo. */
export const feature: SourceFeature = {
  scope: 'source',
  id: 'prune',
  title: 'Prune',
  icon: Scissors,
  segment: 'prune',
  goKey: 'p',
  view: lazyPart(async () => (await import('./prune-view.tsx')).PruneView),
  panels: [
    {
      id: 'plan',
      title: 'Plan',
      subject: 'plan',
      views: ['prune'],
      order: 0,
      component: lazyPart(async () => (await import('./plan-panel.tsx')).PlanPanel),
    },
  ],
};
