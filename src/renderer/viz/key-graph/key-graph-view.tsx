import { Maximize, Minus, Plus } from 'lucide-react';
import { type KeyboardEvent, type PointerEvent, useId, useMemo, useRef, useState } from 'react';
import { IconButton } from '../../base/button.tsx';
import { useNow } from '../../base/time.tsx';
import type { CanvasStage } from './canvas-stage.ts';
import { type ColourBy, colourScale } from './colour-scale.ts';
import { describeSpot } from './describe-spot.ts';
import type { Drawing } from './drawing.ts';
import { GlyphSource } from './glyphs.tsx';
import type { GraphActions } from './graph-actions.ts';
import { type GraphKey, graphKey } from './graph-keys.ts';
import styles from './key-graph.module.css';
import { Legend } from './legend.tsx';
import type { LinkText } from './links.ts';
import { drawnPath } from './path.ts';
import { type Spot, walk } from './spots.ts';
import { useCanvasStage } from './use-canvas-stage.ts';
import { useGraphPointer } from './use-graph-pointer.ts';
import { ZOOM } from './viewport.ts';

export interface GraphViewProps {
  readonly label: string;
  readonly drawing: Drawing;
  /** Another one is looked at anew: another focus, direction or depth. */
  readonly viewKey: string;
  readonly textOf: LinkText;
  readonly colour: ColourBy;
  /** Ids of the path to show, root first. */
  readonly path: readonly string[];
  /** Id of the record in the inspector. */
  readonly inspected: string | undefined;
  readonly actions: GraphActions;
  /** False where shortcuts of one letter are switched off. */
  readonly letters: boolean;
}

const PAN_PX = 60;

/**
 * The canvas of a key graph: pan by drag or Shift and arrows, zoom by wheel or + and −, fit with 0. The pointer and the
 * keyboard reach the same things; what the keyboard stands on is said aloud and drawn with a ring.
 */
export function KeyGraphView({
  label,
  drawing,
  viewKey,
  textOf,
  colour,
  path,
  inspected,
  actions,
  letters,
}: GraphViewProps) {
  const host = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const minimap = useRef<HTMLCanvasElement>(null);
  const shapes = useRef<HTMLDivElement>(null);
  const stage = useRef<CanvasStage>(undefined);
  const helpId = useId();
  const [currentKey, setCurrentKey] = useState<string>();
  const [hasRing, setHasRing] = useState(false);
  const nowMs = useNow();

  const { scene, spots, graph } = drawing;
  const current = spots.find((spot) => spot.key === currentKey) ?? spots[0];
  const shownPath = useMemo(() => drawnPath(graph, scene, path), [graph, scene, path]);
  const scale = useMemo(() => colourScale(colour, graph.nodes), [colour, graph]);
  const pointer = useGraphPointer(stage, spots, {
    onPress: (spot, isFar) => {
      setHasRing(false);
      activate(spot, isFar);
    },
    onDoublePress: (spot) => {
      const id = idOf(spot);
      if (id !== undefined) actions.centre(id);
    },
    onGround: () => setHasRing(false),
  });
  const hovered = spots.find((spot) => spot.key === pointer.hoverKey);
  useCanvasStage(
    stage,
    { host, canvas, minimap, shapes },
    {
      drawing,
      viewKey,
      textOf,
      path: shownPath,
      inspected,
      ringKey: hasRing ? current?.key : undefined,
      hovered: hovered?.item,
      colour,
      scale,
      nowMs,
    },
  );

  function idOf(spot: Spot): string | undefined {
    return spot.node === undefined ? undefined : graph.nodes[spot.node]?.id;
  }

  function goTo(spot: Spot | undefined): void {
    if (!spot) return;
    setCurrentKey(spot.key);
    stage.current?.reveal(spot.box);
  }

  function activate(spot: Spot, isFar: boolean): void {
    const id = idOf(spot);
    setCurrentKey(spot.key);
    if (id !== undefined) actions.inspect(id);
    if (!spot.fold) return;
    const box = placeOf(spot);
    const at = host.current?.getBoundingClientRect() ?? new DOMRect();
    actions.open(spot.fold, isFar, new DOMRect(at.left + box.left, at.top + box.top, box.width, box.height));
    // An open fold is gone: stand on the record it belonged to.
    const item = scene.items[spot.item];
    const owner = item?.kind === 'pill' && item.parent !== undefined ? scene.items[item.parent] : item;
    setCurrentKey(owner?.key);
  }

  /** Where a spot stands within the host. */
  function placeOf({ box }: Spot) {
    const { x, y, scale: zoom } = stage.current?.view ?? { x: 0, y: 0, scale: 1 };
    return { left: box.x * zoom + x, top: box.y * zoom + y, width: box.width * zoom, height: box.height * zoom };
  }

  function run(key: GraphKey, isFar: boolean): boolean {
    if (!current) return false;
    switch (key.type) {
      case 'walk':
        goTo(walk(scene, spots, current, key.step));
        return true;
      case 'pan':
        stage.current?.pan(key.x * PAN_PX, key.y * PAN_PX);
        return true;
      case 'zoom':
        stage.current?.zoom(ZOOM.step ** key.steps);
        return true;
      case 'fit':
        stage.current?.fit();
        return true;
      case 'home':
        goTo(spots[0]);
        return true;
      case 'activate':
        activate(current, isFar);
        return true;
      default: {
        const id = idOf(current);
        if (id !== undefined) actions[key.type](id);
        return id !== undefined;
      }
    }
  }

  const onKeyDown = (event: KeyboardEvent): void => {
    const key = graphKey(event, letters);
    if (!key || !run(key, event.shiftKey)) return;
    setHasRing(true);
    event.preventDefault();
    event.stopPropagation();
  };
  const onMinimap = (event: PointerEvent): void => {
    if (event.buttons !== 1) return;
    const at = event.currentTarget.getBoundingClientRect();
    stage.current?.lookAt(event.clientX - at.left, event.clientY - at.top);
  };
  const wordsOf = (spot: Spot | undefined): string =>
    spot ? describeSpot(drawing, spot, textOf, shownPath.items.has(spot.item)) : '';

  return (
    <div ref={host} className={styles.host}>
      <div
        className={styles.stage}
        role="application"
        aria-roledescription="key graph"
        aria-label={label}
        aria-describedby={helpId}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard walks in it
        tabIndex={0}
        data-dragging={pointer.isDragging || undefined}
        onKeyDown={onKeyDown}
        onFocus={(event) => {
          if (!event.currentTarget.matches(':focus-visible')) return;
          setHasRing(true);
          goTo(current);
        }}
        onBlur={() => setHasRing(false)}
        {...pointer.handlers}
      >
        <canvas ref={canvas} className={styles.canvas} />
        {hovered && <div className={styles.tip} data-tip={wordsOf(hovered)} style={placeOf(hovered)} />}
      </div>
      <GlyphSource shapes={shapes} />
      <p id={helpId} className="visually-hidden">
        Arrow keys or h l j k walk along the links. Enter inspects a record or opens a fold, Space folds, c makes it the
        focus, t traces the path to the root, w says why it is kept. Shift and arrows pan, plus and minus zoom, 0 fits.
        The button Text shows the same as a tree.
      </p>
      <div className="visually-hidden" role="status">
        {hasRing ? wordsOf(current) : ''}
      </div>
      <div className={styles.zoom}>
        <IconButton icon={Plus} label="Zoom in" keys="+" onPress={() => stage.current?.zoom(ZOOM.step)} />
        <IconButton icon={Minus} label="Zoom out" keys="-" onPress={() => stage.current?.zoom(1 / ZOOM.step)} />
        <IconButton icon={Maximize} label="Fit" keys="0" onPress={() => stage.current?.fit()} />
      </div>
      <Legend graph={graph} scale={scale} />
      <div className={styles.minimap} onPointerDown={onMinimap} onPointerMove={onMinimap}>
        <canvas ref={minimap} className={styles.minimapCanvas} />
      </div>
    </div>
  );
}
