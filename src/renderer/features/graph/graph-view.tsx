import { useCallback, useEffect, useMemo, useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import type { Source } from '../../../shared/model/source.ts';
import { inspect, setParams, sourceHref, useParam } from '../../base/address.ts';
import type { SourceViewProps } from '../../base/feature.ts';
import { useMedia, useWindowForm } from '../../base/media.ts';
import { useCommandLine, useSubject } from '../../base/shell-context.ts';
import { SkeletonRows } from '../../base/skeleton.tsx';
import { usePreferences } from '../../base/window-state.ts';
import { makeDrawing } from '../../viz/key-graph/drawing.ts';
import type { GraphActions } from '../../viz/key-graph/graph-actions.ts';
import { indexGraph } from '../../viz/key-graph/key-graph.ts';
import { KeyGraphView } from '../../viz/key-graph/key-graph-view.tsx';
import { mainLine } from '../../viz/key-graph/path.ts';
import type { ItemLink } from '../../viz/key-graph/scene.ts';
import { opensInPlace } from '../../viz/key-graph/scene.ts';
import { TextTree } from '../../viz/key-graph/text-tree.tsx';
import { closeFold, openFold, openingAmount, type Unfolding, unfoldedTo } from '../../viz/key-graph/unfolding.ts';
import { recordTitle } from '../../widgets/record-name.tsx';
import styles from './graph.module.css';
import { type GraphAddress, linksOf, useGraphAddress } from './graph-address.ts';
import { GraphError } from './graph-error.tsx';
import { GraphToolbar } from './graph-toolbar.tsx';
import { LinkPopover, type OpenList } from './link-popover.tsx';
import { StartingPoints } from './starting-points.tsx';
import { useLineToRoot } from './use-line-to-root.ts';
import { useNeighbourhood } from './use-neighbourhood.ts';
import { useSelectorNames } from './use-selector-names.ts';

/** Records on a path to the root that are shown one by one. */
const LINE_SHOWN = 60;

/** Focus and context around a record: drawn, or as a tree of words. */
export function GraphView({ source }: SourceViewProps) {
  // Three links to the left take 800 px; where there are less, two can be read better.
  const isRoomy = useMedia('(min-width: 1360px)');
  const [address, change] = useGraphAddress(isRoomy ? '3' : '2');
  const [record] = useParam('record');
  const isTextOnly = useWindowForm() === 'single';
  const letters = usePreferences((preferences) => preferences.letterShortcuts);
  const neighbourhood = useNeighbourhood(source.id, address.from, address.direction, address.depth === 'all');
  const { graph: sent, load } = neighbourhood;
  const graph = useMemo(() => sent && indexGraph(sent), [sent]);
  const selectors = useSelectorNames(sent);
  const [list, setList] = useState<OpenList>();

  // What is open belongs to one focus seen in one way.
  const viewKey = `${address.from} ${address.direction} ${address.depth}`;
  const [state, setState] = useState<{ readonly key: string; readonly unfolding: Unfolding }>();
  const unfolding = useMemo(
    () => (state?.key === viewKey ? state.unfolding : unfoldedTo(linksOf(address.depth))),
    [state, viewKey, address.depth],
  );
  const unfold = useCallback(
    (turn: (now: Unfolding) => Unfolding) =>
      setState((now) => ({
        key: viewKey,
        unfolding: turn(now?.key === viewKey ? now.unfolding : unfoldedTo(linksOf(address.depth))),
      })),
    [viewKey, address.depth],
  );

  const textOf = useCallback(
    ({ input, selector }: ItemLink) => {
      if (selector === '') return String(input);
      return `${input} ${selectors.get(selector) ?? selector.replace(/^sha256:/, '').slice(0, 4)}`;
    },
    [selectors],
  );
  const drawing = useMemo(() => graph && makeDrawing(graph, unfolding, textOf), [graph, unfolding, textOf]);

  const focus = graph?.nodes[graph.focus];
  const line = useLineToRoot(source.id, graph, address.trace ?? focus?.id);
  const path = useMemo(() => line?.map(({ id }) => id) ?? [], [line]);

  useSubject(focus && recordTitle(focus));
  useCommandLine(commandLine(source, address, focus?.id));
  useEffect(() => {
    // Once something else is inspected, the focus stays what it was.
    if (focus && !new URLSearchParams(window.location.search).has('from'))
      setParams({ from: focus.id }, { replace: true });
  }, [focus]);

  const actions = useMemo<GraphActions | undefined>(() => {
    if (!graph || !drawing) return undefined;
    return {
      inspect: (id) => inspect('record', id),
      centre: (id) => navigate(sourceHref(source.id, 'graph', { ...shownAs(), from: id, record: id })),
      trace: (id) => {
        const line = mainLine(graph, id) ?? [];
        // A short line is shown whole; of a long one the folds it runs through are marked.
        if (line.length <= LINE_SHOWN) {
          const folds = line.slice(1).map((record) => `inputs:${record.id}`);
          const closed = folds.filter((key) => !drawing.scene.expanded.has(key));
          unfold((now) => closed.reduceRight((next, key) => openFold(next, key, 1), now));
        }
        setParams({ trace: id });
        inspect('record', id, { replace: true });
      },
      why: (id) => {
        inspect('record', id);
        setParams({ panel: 'why' }, { replace: true });
      },
      open: (fold, isFar, anchor) => {
        const owner = graph.nodes[fold.owner]?.id ?? '';
        if (!opensInPlace(fold.kind)) return setList({ fold, owner, anchor });
        const open = (): void => unfold((now) => openFold(now, fold.key, openingAmount(fold, isFar)));
        if (fold.hidden.length > 0) return open();
        load(fold, owner).then((isLoaded) => {
          if (isLoaded) open();
        });
      },
      toggle: (id) => {
        const item = drawing.scene.items[drawing.scene.cardOf.get(graph.indexOf.get(id) ?? -1) ?? -1];
        const key = `${item?.side === 'user' ? 'users' : 'inputs'}:${id}`;
        unfold((now) => (drawing.scene.expanded.has(key) ? closeFold(now, key) : openFold(now, key, 1)));
      },
    };
  }, [graph, drawing, source.id, unfold, load]);

  const pick = (id: string): void => change({ from: id, trace: undefined });
  const label = focus ? `Links around ${recordTitle(focus)}` : 'Links';
  return (
    <div className={styles.view}>
      <GraphToolbar
        sourceId={source.id}
        address={address}
        onChange={change}
        focus={address.from === undefined ? undefined : focus}
        drawn={drawing?.scene.cards}
        total={graph?.total}
        isTextOnly={isTextOnly}
      />
      {choose()}
      {list && graph && drawing && actions && (
        <LinkPopover
          sourceId={source.id}
          list={list}
          graph={graph}
          scene={drawing.scene}
          onClose={() => setList(undefined)}
          onInspect={actions.inspect}
          onCentre={actions.centre}
        />
      )}
    </div>
  );

  function choose() {
    if (address.from === undefined) return <StartingPoints source={source} onPick={pick} />;
    if (neighbourhood.error) {
      return (
        <GraphError
          sourceId={source.id}
          from={address.from}
          error={neighbourhood.error}
          onPick={pick}
          onRetry={() => neighbourhood.refetch()}
          onStart={() => setParams({ from: undefined, record: undefined, trace: undefined })}
        />
      );
    }
    if (!drawing || !actions) return <SkeletonRows label="Reading the links" rows={10} height={36} />;
    const shown = { label, drawing, textOf, path, inspected: record, actions, letters };
    return address.isText || isTextOnly ? (
      <TextTree {...shown} />
    ) : (
      <KeyGraphView {...shown} viewKey={`${focus?.id} ${viewKey}`} colour={address.colour} />
    );
  }
}

/** How the graph is shown now, to be kept when the focus changes. */
function shownAs(): Readonly<Record<string, string | undefined>> {
  const params = new URLSearchParams(window.location.search);
  const names = ['depth', 'direction', 'colour', 'text'] as const;
  return Object.fromEntries(names.map((name) => [name, params.get(name) ?? undefined]));
}

/** The command line that prints what is drawn. */
function commandLine(source: Source, address: GraphAddress, focus: string | undefined): readonly string[] | undefined {
  const from = focus ?? address.from;
  if (from === undefined) return undefined;
  const depth = String(linksOf(address.depth));
  return ['graph', source.location, '--from', from, '--depth', depth, '--direction', address.direction, '--json'];
}
