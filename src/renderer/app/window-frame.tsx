import { useEffect } from 'react';
import { INSPECTED, type Place, usePlace } from '../base/address.ts';
import { classNames } from '../base/class-names.ts';
import { useWindowForm } from '../base/media.ts';
import { ResizeHandle } from '../base/resize-handle.tsx';
import { TooltipLayer } from '../base/tooltip-layer.tsx';
import { usePanels, usePreferences } from '../base/window-state.ts';
import { useSource } from '../client/hooks.ts';
import { JobsDrawer } from '../features/jobs/jobs-drawer.tsx';
import { DropTarget } from '../features/sources/drop-target.tsx';
import { SourceDialogs } from '../features/sources/source-dialogs.tsx';
import { SourcesPane } from '../features/sources/sources-pane.tsx';
import { CommandPalette } from './command-palette.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { FailureBanner } from './failure-banner.tsx';
import { PANE_SECTIONS, SOURCE_FEATURES, WINDOW_FEATURES } from './features.ts';
import { Inspector } from './inspector.tsx';
import { KeyboardSheet } from './keyboard-sheet.tsx';
import { LiveRegion } from './live-region.tsx';
import { StatusBar } from './status-bar.tsx';
import { TopBar } from './top-bar.tsx';
import { UndoToast } from './undo-toast.tsx';
import { useDesktopEvents } from './use-desktop-events.ts';
import { useInspected } from './use-inspected.ts';
import { useKeyMap } from './use-key-map.ts';
import { View } from './view.tsx';
import { ViewTabs } from './view-tabs.tsx';
import styles from './window-frame.module.css';

/** Three panes between the top bar and the status bar; in narrow windows the side panes become a rail and sheets. */
export function WindowFrame() {
  useKeyMap();
  useDesktopEvents();
  const form = useWindowForm();
  const place = usePlace();
  const source = useSource(place.sourceId);
  const { sourcesFolded, sourcesWidth, inspectorOpen, inspectorWidth } = usePreferences();
  const { sourcesSheet, inspectorSheet } = usePanels();
  const inspectorIsSheet = form === 'sheet' || form === 'single';
  const isRail = form === 'rail' || form === 'sheet' || (form === 'wide' && sourcesFolded);
  const inspected = useInspected(place, source);
  const canInspect = inspected !== undefined || place.sourceId !== undefined;
  const showsInspector = canInspect && (inspectorIsSheet ? inspectorSheet : inspectorOpen);
  const title = useTitle(source?.name, place.segment);
  useSheetAside(place);

  return (
    <div
      className={styles.frame}
      data-form={form}
      style={{
        '--w-side': form === 'single' ? '0px' : isRail ? '48px' : `${sourcesWidth}px`,
        '--w-inspector': showsInspector && !inspectorIsSheet ? `${inspectorWidth}px` : '0px',
      }}
    >
      <a href="#view" className={styles.skip}>
        Skip to the view
      </a>
      <TopBar source={source} place={place} form={form} canInspect={canInspect} isInspectorOpen={showsInspector} />
      {form !== 'single' && (
        <aside className={styles.side} aria-label="Sources">
          <SourcesPane
            isRail={isRail}
            selectedId={place.sourceId}
            segment={place.segment}
            features={WINDOW_FEATURES}
            sections={PANE_SECTIONS}
          />
          {!isRail && (
            <ResizeHandle
              label="Width of the sources pane"
              edge="right"
              value={sourcesWidth}
              min={160}
              max={320}
              onChange={(width) => usePreferences.setState({ sourcesWidth: width })}
            />
          )}
        </aside>
      )}
      <main className={styles.main}>
        {place.sourceId !== undefined && (
          <ViewTabs source={source} place={place} features={SOURCE_FEATURES} form={form} />
        )}
        <h1 className="visually-hidden">{title}</h1>
        <ConnectionBanner />
        <FailureBanner />
        <div id="view" className={styles.view} tabIndex={-1}>
          <View place={place} source={source} />
        </div>
        <JobsDrawer />
        <TooltipLayer />
      </main>
      {showsInspector && (
        <aside
          className={classNames(styles.inspector, inspectorIsSheet && styles.inspectorSheet)}
          aria-label="Inspector"
        >
          {!inspectorIsSheet && (
            <ResizeHandle
              label="Width of the inspector"
              edge="left"
              value={inspectorWidth}
              min={280}
              max={520}
              onChange={(width) => usePreferences.setState({ inspectorWidth: width })}
            />
          )}
          {inspected && <Inspector inspected={inspected} source={source} />}
        </aside>
      )}
      {sourcesSheet && form !== 'wide' && (
        <>
          <button
            type="button"
            className={styles.scrim}
            aria-label="Close the sources pane"
            tabIndex={-1}
            onClick={() => usePanels.setState({ sourcesSheet: false })}
          />
          <aside ref={focusFirst} className={classNames(styles.side, styles.sideSheet)} aria-label="All sources">
            <SourcesPane
              isRail={false}
              selectedId={place.sourceId}
              segment={place.segment}
              features={WINDOW_FEATURES}
              sections={PANE_SECTIONS}
            />
          </aside>
        </>
      )}
      <StatusBar source={source} />
      <DropTarget />
      <SourceDialogs />
      <CommandPalette source={source} />
      <KeyboardSheet />
      <UndoToast />
      <LiveRegion />
    </div>
  );
}

/** A sheet over the view goes aside when another view comes, unless that has something to inspect. */
function useSheetAside({ sourceId, segment }: Place): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each view that is gone to
  useEffect(() => {
    const params = new URLSearchParams(window.location.search);
    if (!INSPECTED.some((subject) => params.has(subject))) usePanels.setState({ inspectorSheet: false });
  }, [sourceId, segment]);
}

/** What has just come over the view takes the focus. */
function focusFirst(element: HTMLElement | null): void {
  element?.querySelector<HTMLElement>('a, button')?.focus();
}

/** `Keys · app-store`: the name of the page, for its title and its first heading. */
function useTitle(sourceName: string | undefined, segment: string): string {
  const view = [...SOURCE_FEATURES, ...WINDOW_FEATURES].find((feature) => feature.segment === segment)?.title;
  const title = [view, sourceName].filter((part) => part !== undefined).join(' · ');
  useEffect(() => {
    document.title = title === '' ? 'Cachewright' : `${title} · Cachewright`;
  }, [title]);
  return title === '' ? 'Cachewright' : title;
}
