import { Activity } from 'lucide-react';
import type { WindowFeature } from '../../base/feature.ts';
import { lazyPart } from '../../base/lazy-part.ts';
import { JobsNote } from './jobs-note.tsx';

/** Everything running or finished. */
export const feature: WindowFeature = {
  scope: 'window',
  id: 'jobs',
  title: 'Jobs',
  icon: Activity,
  segment: 'jobs',
  goKey: 'j',
  view: lazyPart(async () => (await import('./jobs-view.tsx')).JobsView),
  note: JobsNote,
  panels: [
    {
      id: 'job',
      title: 'Job',
      subject: 'job',
      order: 0,
      component: lazyPart(async () => (await import('./job-panel.tsx')).JobPanel),
    },
    {
      id: 'job-log',
      title: 'Log',
      subject: 'job',
      order: 1,
      component: lazyPart(async () => (await import('./job-log-panel.tsx')).JobLogPanel),
    },
  ],
};
