import { Settings2 } from 'lucide-react';
import { lazy } from 'react';
import type { WindowFeature } from '../../base/feature.ts';

/** How the window looks and what its keys do. */
export const feature: WindowFeature = {
  scope: 'window',
  id: 'settings',
  title: 'Settings',
  icon: Settings2,
  segment: 'settings',
  view: lazy(async () => ({ default: (await import('./settings-view.tsx')).SettingsView })),
};
