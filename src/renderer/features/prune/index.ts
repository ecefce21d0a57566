import { Scissors } from 'lucide-react';
import { lazy } from 'react';
import type { SourceFeature } from '../../base/feature.ts';

/** What may go, by a policy: plan, apply, undo. */
export const feature: SourceFeature = {
  scope: 'source',
  id: 'prune',
  title: 'Prune',
  icon: Scissors,
  segment: 'prune',
  goKey: 'p',
  view: lazy(() => import('./prune-view.tsx').then(({ PruneView }) => ({ default: PruneView }))),
  panels: [
    {
      id: 'plan',
      title: 'Plan',
      subject: 'plan',
      views: ['prune'],
      order: 0,
      component: lazy(() => import('./plan-panel.tsx').then(({ PlanPanel }) => ({ default: PlanPanel }))),
    },
  ],
};
