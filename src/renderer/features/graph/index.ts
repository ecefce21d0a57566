import { Workflow } from 'lucide-react';
import { sourceHref } from '../../base/address.ts';
import type { SourceFeature } from '../../base/feature.ts';
import { lazyPart } from '../../base/lazy-part.ts';

/** The link graph of a source: focus and context around a record. */
export const feature: SourceFeature = {
  scope: 'source',
  id: 'graph',
  title: 'Graph',
  icon: Workflow,
  segment: 'graph',
  view: lazyPart(async () => (await import('./graph-view.tsx')).GraphView),
  commands: [
    {
      id: 'graph.open',
      title: 'Graph of the current record',
      icon: Workflow,
      keys: 'g g',
      group: 'Go to',
      words: 'focus links inputs users',
      enabled: ({ source }) => source !== undefined,
      run: ({ source, params, navigate }) => {
        const record = params.get('record') ?? undefined;
        if (source) navigate(sourceHref(source.id, 'graph', { from: record, record }));
      },
    },
  ],
  shortcuts: [
    { keys: 'h', title: 'To the input', group: 'Graph and charts' },
    { keys: 'l', title: 'To the user', group: 'Graph and charts' },
    { keys: 'j', title: 'Down the column', group: 'Graph and charts' },
    { keys: 'k', title: 'Up the column', group: 'Graph and charts' },
    { keys: 'Enter', title: 'Inspect, or open the fold', group: 'Graph and charts' },
    { keys: ' ', title: 'Fold or unfold', group: 'Graph and charts' },
    { keys: 'c', title: 'Make it the focus', group: 'Graph and charts' },
    { keys: 't', title: 'Trace the path to the root', group: 'Graph and charts' },
    { keys: 'w', title: 'Why is it kept', group: 'Graph and charts' },
    { keys: '+', title: 'Zoom in', group: 'Graph and charts' },
    { keys: '-', title: 'Zoom out', group: 'Graph and charts' },
    { keys: '0', title: 'Fit', group: 'Graph and charts' },
    { keys: 'shift+ArrowLeft', title: 'Pan', group: 'Graph and charts' },
  ],
  panels: [
    {
      id: 'why',
      title: 'Why kept',
      subject: 'record',
      order: 15,
      component: lazyPart(async () => (await import('./why-panel.tsx')).WhyPanel),
    },
  ],
};
