import type { Feature, InspectorPanel, Lazy, PaneSectionProps, SourceFeature, WindowFeature } from '../base/feature.ts';
import { feature as graph } from '../features/graph/index.ts';
import { feature as jobs } from '../features/jobs/index.ts';
import { feature as keys } from '../features/keys/index.ts';
import { feature as layer } from '../features/layer/index.ts';
import { feature as layers } from '../features/layers/index.ts';
import { feature as overview } from '../features/overview/index.ts';
import { feature as prune } from '../features/prune/index.ts';
import { feature as record } from '../features/record/index.ts';
import { feature as service } from '../features/service/index.ts';
import { feature as settings } from '../features/settings/index.ts';
import { feature as sources } from '../features/sources/index.ts';
import { feature as transfer } from '../features/transfer/index.ts';

/** Every capability of the window. The order is that of the tabs, and of the foot of the sources pane. */
export const FEATURES: readonly Feature[] = [
  overview,
  keys,
  graph,
  layers,
  prune,
  transfer,
  record,
  layer,
  sources,
  service,
  jobs,
  settings,
];

/** The tabs of a source. */
export const SOURCE_FEATURES: readonly SourceFeature[] = FEATURES.filter((feature) => feature.scope === 'source');

/** The views of the window itself. */
export const WINDOW_FEATURES: readonly WindowFeature[] = FEATURES.filter((feature) => feature.scope === 'window');

/** Parts of the sources pane that features bring along, by feature id. */
export const PANE_SECTIONS: readonly { readonly id: string; readonly section: Lazy<PaneSectionProps> }[] =
  FEATURES.flatMap(({ id, paneSection }) => (paneSection ? [{ id, section: paneSection }] : []));

/** What the inspector shows where nothing in the address says otherwise. */
const DEFAULT_SUBJECT = 'source';

/** The inspector's tabs for an address, and the id they are about. */
export function panelsFor(
  view: string | undefined,
  sourceId: string | undefined,
  params: URLSearchParams,
): { readonly subject: string; readonly value: string; readonly panels: readonly InspectorPanel[] } | undefined {
  const here = FEATURES.flatMap((feature) => feature.panels ?? []).filter(
    (panel) => panel.views === undefined || (view !== undefined && panel.views.includes(view)),
  );
  const pick = (subject: string, value: string) => {
    const panels = here.filter((panel) => panel.subject === subject).sort((a, b) => a.order - b.order);
    return panels.length > 0 ? { subject, value, panels } : undefined;
  };
  for (const { subject } of [...here].sort((a, b) => Number(b.views !== undefined) - Number(a.views !== undefined))) {
    const value = params.get(subject);
    if (value !== null && subject !== DEFAULT_SUBJECT) return pick(subject, value);
  }
  return sourceId === undefined ? undefined : pick(DEFAULT_SUBJECT, sourceId);
}
