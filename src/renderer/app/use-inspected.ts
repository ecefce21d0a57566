import type { Source } from '../../shared/model/source.ts';
import { type Place, useSearchParameters } from '../base/address.ts';
import { panelsFor, SOURCE_FEATURES, WINDOW_FEATURES } from './features.ts';

export type Inspected = NonNullable<ReturnType<typeof panelsFor>>;

/** What the inspector shows at this address; `undefined` where there is nothing to inspect. */
export function useInspected(place: Place, source: Source | undefined): Inspected | undefined {
  const params = useSearchParameters();
  const features = place.sourceId === undefined ? WINDOW_FEATURES : SOURCE_FEATURES;
  const view = features.find((feature) => feature.segment === place.segment);
  return panelsFor(view?.id, source?.id, params);
}
