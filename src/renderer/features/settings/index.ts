import { Settings2 } from 'lucide-react';
import type { WindowFeature } from '../../base/feature.ts';
import { lazyPart } from '../../base/lazy-part.ts';

/** How the window looks and what its keys do. */
export const feature: WindowFeature = {
  scope: 'window',
  id: 'settings',
  title: 'Settings',
  icon: Settings2,
  segment: 'settings',
  view: lazyPart(async () => (await import('./settings-view.tsx')).SettingsView),
};
