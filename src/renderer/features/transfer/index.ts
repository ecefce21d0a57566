import { ArrowLeftRight } from 'lucide-react';
import type { SourceFeature } from '../../base/feature.ts';
import { lazyPart } from '../../base/lazy-part.ts';

/** Import into a managed store and export to a folder: only what is missing there. */
export const feature: SourceFeature = {
  scope: 'source',
  id: 'transfer',
  title: 'Transfer',
  icon: ArrowLeftRight,
  segment: 'transfer',
  goKey: 't',
  view: lazyPart(async () => (await import('./transfer-view.tsx')).TransferView),
};
