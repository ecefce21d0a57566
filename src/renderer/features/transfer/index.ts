import { ArrowLeftRight } from 'lucide-react';
import { lazy } from 'react';
import type { SourceFeature } from '../../base/feature.ts';

/** Import into a managed store and export to a folder: only what is missing there. */
export const feature: SourceFeature = {
  scope: 'source',
  id: 'transfer',
  title: 'Transfer',
  icon: ArrowLeftRight,
  segment: 'transfer',
  goKey: 't',
  view: lazy(() => import('./transfer-view.tsx').then(({ TransferView }) => ({ default: TransferView }))),
};
