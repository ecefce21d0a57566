import { TableProperties } from 'lucide-react';
import type { SourceFeature } from '../../base/feature.ts';
import { lazyPart } from '../../base/lazy-part.ts';

/** Every cache record of a source, as a table. */
export const feature: SourceFeature = {
  scope: 'source',
  id: 'keys',
  title: 'Keys',
  icon: TableProperties,
  segment: 'keys',
  goKey: 'k',
  view: lazyPart(async () => (await import('./keys-view.tsx')).KeysView),
  paneSection: lazyPart(async () => (await import('./saved-views-pane.tsx')).SavedViewsPane),
  shortcuts: [
    { keys: 'j', title: 'Down', group: 'Rows and nodes' },
    { keys: 'k', title: 'Up', group: 'Rows and nodes' },
    { keys: 'Enter', title: 'Inspect', group: 'Rows and nodes' },
    { keys: ' ', title: 'Select', group: 'Rows and nodes' },
    { keys: 's', title: 'Sort, or turn the sort round', group: 'Rows and nodes' },
    { keys: 'y', title: 'Copy digest', group: 'Rows and nodes' },
    { keys: 'alt+ArrowLeft', title: 'Move the column', group: 'Rows and nodes' },
    { keys: 'shift+ArrowRight', title: 'Widen the column', group: 'Rows and nodes' },
    { keys: 'alt+ArrowDown', title: 'Menu of the column', group: 'Rows and nodes' },
  ],
};
