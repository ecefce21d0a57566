import { Activity } from 'lucide-react';
import { lazy } from 'react';
import type { WindowFeature } from '../../base/feature.ts';
import { JobsNote } from './jobs-note.tsx';

/** Everything running or finished. */
export const feature: WindowFeature = {
  scope: 'window',
  id: 'jobs',
  title: 'Jobs',
  icon: Activity,
  segment: 'jobs',
  goKey: 'j',
  view: lazy(async () => ({ default: (await import('./jobs-view.tsx')).JobsView })),
  note: JobsNote,
  panels: [
    {
      id: 'job',
      title: 'Job',
      subject: 'job',
      order: 0,
      component: lazy(async () => ({ default: (await import('./job-panel.tsx')).JobPanel })),
    },
    {
      id: 'job-log',
      title: 'Log',
      subject: 'job',
      order: 1,
      component: lazy(async () => ({ default: (await import('./job-log-panel.tsx')).JobLogPanel })),
    },
  ],
};
