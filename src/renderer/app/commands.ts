import {
  Activity,
  ArrowLeft,
  ArrowRight,
  Keyboard,
  Link,
  ListFilter,
  Monitor,
  Moon,
  PanelRight,
  Search,
  Sun,
} from 'lucide-react';
import { useMemo } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { INSPECTED, inspect, linkTo, placeOf, sourceHref } from '../base/address.ts';
import type { Command, CommandContext } from '../base/feature.ts';
import { showDialog, usePanels, usePreferences } from '../base/window-state.ts';
import { useConnection } from '../client/engine-context.tsx';
import { useSources } from '../client/hooks.ts';
import { FEATURES, SOURCE_FEATURES, WINDOW_FEATURES } from './features.ts';
import { toggleInspector } from './panes.ts';
import { announce, useShellState } from './shell-state.ts';

/** Commands of the window itself. */
const WINDOW_COMMANDS: readonly Command[] = [
  {
    id: 'window.palette',
    title: 'Search steps, digests, actions',
    icon: Search,
    keys: 'mod+k',
    group: 'Anywhere',
    run: () => showDialog('palette'),
  },
  {
    id: 'window.filter',
    title: 'Filter',
    icon: ListFilter,
    keys: '/',
    group: 'Anywhere',
    run: () => document.querySelector<HTMLElement>('[data-view-filter]')?.focus(),
    enabled: () => document.querySelector('[data-view-filter]') !== null,
  },
  {
    id: 'window.escape',
    title: 'Back one level',
    icon: ArrowLeft,
    keys: 'Escape',
    group: 'Anywhere',
    run: backOneLevel,
  },
  {
    id: 'window.back',
    title: 'Back',
    icon: ArrowLeft,
    keys: 'alt+ArrowLeft',
    group: 'Anywhere',
    run: () => window.history.back(),
  },
  {
    id: 'window.forward',
    title: 'Forward',
    icon: ArrowRight,
    keys: 'alt+ArrowRight',
    group: 'Anywhere',
    run: () => window.history.forward(),
  },
  {
    id: 'window.inspector',
    title: 'Show or hide the inspector',
    icon: PanelRight,
    keys: 'i',
    group: 'Anywhere',
    run: toggleInspector,
  },
  {
    id: 'window.keys',
    title: 'Keyboard sheet',
    icon: Keyboard,
    keys: '?',
    group: 'Anywhere',
    run: () => showDialog('keys'),
  },
  {
    id: 'window.copy-link',
    title: 'Copy link to this view',
    icon: Link,
    words: 'address url share',
    run: () =>
      navigator.clipboard.writeText(linkTo(window.location.href)).then(
        () => announce('Link copied'),
        () => announce('Copying was not permitted'),
      ),
  },
  {
    id: 'window.jobs',
    title: 'Show or hide the jobs drawer',
    icon: Activity,
    run: () => usePanels.setState(({ jobsDrawer }) => ({ jobsDrawer: !jobsDrawer })),
  },
  {
    id: 'window.theme-dark',
    title: 'Theme: dark',
    icon: Moon,
    run: () => usePreferences.setState({ theme: 'dark' }),
  },
  {
    id: 'window.theme-light',
    title: 'Theme: light',
    icon: Sun,
    run: () => usePreferences.setState({ theme: 'light' }),
  },
  {
    id: 'window.theme-system',
    title: 'Theme: as the system',
    icon: Monitor,
    run: () => usePreferences.setState({ theme: 'system' }),
  },
];

/** Closes the uppermost thing: a sheet, what is inspected, the jobs drawer. */
function backOneLevel(): void {
  const panels = usePanels.getState();
  const params = new URLSearchParams(window.location.search);
  const isSheet = window.matchMedia('(max-width: 1099px)').matches;
  if (panels.sourcesSheet) usePanels.setState({ sourcesSheet: false });
  else if (panels.inspectorSheet && isSheet) usePanels.setState({ inspectorSheet: false });
  else if (INSPECTED.some((name) => params.has(name))) inspect('record', undefined);
  else if (panels.jobsDrawer) usePanels.setState({ jobsDrawer: false });
}

/** `g` and a letter for every view that names one. */
const GO_COMMANDS: readonly Command[] = [
  ...SOURCE_FEATURES.map(
    (feature): Command => ({
      id: `go.${feature.id}`,
      title: feature.title,
      icon: feature.icon,
      words: 'go to view',
      group: 'Go to',
      ...(feature.goKey === undefined ? {} : { keys: `g ${feature.goKey}` }),
      enabled: ({ source }) => source !== undefined,
      run: ({ source, navigate: go }) => {
        if (source) go(sourceHref(source.id, feature.segment));
      },
    }),
  ),
  ...WINDOW_FEATURES.map(
    (feature): Command => ({
      id: `go.${feature.id}`,
      title: feature.title,
      icon: feature.icon,
      words: 'go to view',
      group: 'Go to',
      ...(feature.goKey === undefined ? {} : { keys: `g ${feature.goKey}` }),
      run: ({ navigate: go }) => go(`/${feature.segment}`),
    }),
  ),
];

const STANDING_COMMANDS: readonly Command[] = [
  ...WINDOW_COMMANDS,
  ...GO_COMMANDS,
  ...FEATURES.flatMap((feature) => feature.commands ?? []),
];

/** Everything that can be done now. A mounted view's commands stand before the standing ones, so they win a shared key. */
export function useAllCommands(): readonly Command[] {
  const added = useShellState((state) => state.commands);
  return useMemo(() => [...[...added].reverse().flat(), ...STANDING_COMMANDS], [added]);
}

/** What commands run with: read at the moment of the call, so that it is never an old address. */
export function useCommandContext(): () => CommandContext {
  const { engine } = useConnection();
  const sources = useSources();
  return useMemo(
    () => () => {
      const { sourceId } = placeOf(window.location.pathname);
      return {
        engine,
        source: sources?.find((source) => source.id === sourceId),
        params: new URLSearchParams(window.location.search),
        navigate: (to) => navigate(to),
      };
    },
    [engine, sources],
  );
}
