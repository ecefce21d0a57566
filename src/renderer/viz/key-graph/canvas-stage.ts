import type { ColourBy, ColourScale } from './colour-scale.ts';
import { betweenDrawings, boxesOf, type Drawing, neighboursOf } from './drawing.ts';
import { type Glyphs, readGlyphs } from './glyphs.tsx';
import type { Box } from './layout.ts';
import type { LinkText } from './links.ts';
import { minimapView, paintMinimap } from './minimap.ts';
import { hasText, type Picture, paint } from './paint.ts';
import { forgetWidths } from './paint-text.ts';
import { type Palette, readPalette } from './palette.ts';
import type { DrawnPath } from './path.ts';
import {
  firstView,
  fitView,
  type Inset,
  panBy,
  reveal,
  type Size,
  toWorld,
  type Viewport,
  zoomAt,
} from './viewport.ts';

/** What the stage shows, given anew with every render. */
export interface StageInput {
  readonly drawing: Drawing;
  /** Another one is looked at anew: another focus, direction or depth. */
  readonly viewKey: string;
  readonly textOf: LinkText;
  readonly path: DrawnPath;
  readonly inspected: string | undefined;
  readonly ringKey: string | undefined;
  /** Index of the item under the pointer. */
  readonly hovered: number | undefined;
  readonly colour: ColourBy;
  readonly scale: ColourScale | undefined;
  readonly nowMs: number;
}

export interface StageElements {
  readonly canvas: HTMLCanvasElement;
  readonly minimap: HTMLCanvasElement;
  readonly shapes: Element;
}

const MOVE_MS = 140;

/**
 * The canvas of a key graph: what it shows, where it looks, and how it gets from one layout to the next. Paints once a
 * frame, and only when something has changed. Not a React component, because it changes with every pointer move.
 */
export class CanvasStage {
  readonly #elements: StageElements;
  #input: StageInput;
  #palette: Palette;
  #glyphs: Glyphs;
  #view: Viewport = { x: 0, y: 0, scale: 1 };
  #size: Size = { width: 0, height: 0 };
  /** True once somebody moved or zoomed: from then on nothing else does. */
  #isTouched = false;
  #move: { readonly clock: Animation; readonly boxes: ReadonlyMap<string, Box>; readonly view: Viewport } | undefined;
  #frame = 0;

  constructor(elements: StageElements, input: StageInput) {
    this.#elements = elements;
    this.#input = input;
    this.#palette = readPalette(elements.canvas);
    this.#glyphs = readGlyphs(elements.shapes);
  }

  get view(): Viewport {
    return this.#view;
  }

  get size(): Size {
    return this.#size;
  }

  /**
   * Shows something else. A new layout is reached from the old one in 140 ms, and what an opened fold brought is moved
   * into sight.
   */
  show(input: StageInput): void {
    const before = this.#input;
    this.#input = input;
    if (before.viewKey !== input.viewKey) {
      const from = this.#view;
      this.#isTouched = false;
      this.#view = this.#firstView();
      const isSameFocus = focusId(before.drawing) === focusId(input.drawing);
      // The same places on the screen, seen from the new focus.
      const boxes = boxesOf(before.drawing);
      this.#startMove(isSameFocus ? boxes : seenFrom(boxes, from, this.#view), isSameFocus ? from : this.#view);
    } else if (before.drawing !== input.drawing) {
      const from = this.#view;
      const boxes = boxesOf(before.drawing);
      const added = nearestNew(input.drawing, boxes);
      if (added) this.#view = reveal(from, added, this.#size, this.#inset());
      this.#startMove(boxes, from);
    }
    this.redraw();
  }

  /** Fits the canvas to its element. */
  resize(size: Size): void {
    const isFirst = this.#size.width === 0;
    this.#size = size;
    if (size.width > 0 && (isFirst || !this.#isTouched)) this.#view = this.#firstView();
    this.redraw();
  }

  /** The tokens or fonts of the page have changed. */
  repaint(): void {
    forgetWidths();
    this.#palette = readPalette(this.#elements.canvas);
    this.redraw();
  }

  pan(dx: number, dy: number): void {
    this.#look(panBy(this.#view, dx, dy), false);
  }

  zoom(factor: number, x = this.#size.width / 2, y = this.#size.height / 2): void {
    this.#look(zoomAt(this.#view, factor, x, y), false);
  }

  fit(): void {
    this.#look(fitView(this.#input.drawing.layout.bounds, this.#size, this.#inset()), true);
    this.#isTouched = false;
  }

  /** Brings a box into view. */
  reveal(box: Box): void {
    const view = reveal(this.#view, box, this.#size, this.#inset());
    if (view.x !== this.#view.x || view.y !== this.#view.y) this.#look(view, true);
  }

  /** Looks at the point that was chosen in the minimap. */
  lookAt(x: number, y: number): void {
    const { width, height } = this.#minimapSize();
    const at = toWorld(minimapView(this.#input.drawing, { width, height }), x, y);
    const { scale } = this.#view;
    this.#look({ scale, x: this.#size.width / 2 - at.x * scale, y: this.#size.height / 2 - at.y * scale }, false);
  }

  worldAt(x: number, y: number): { readonly x: number; readonly y: number } {
    return toWorld(this.#view, x, y);
  }

  redraw(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#paint();
    });
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame);
    this.#move?.clock.cancel();
  }

  #look(view: Viewport, isSmooth: boolean): void {
    const from = this.#view;
    this.#view = view;
    this.#isTouched = true;
    if (isSmooth) this.#startMove(boxesOf(this.#input.drawing), from);
    else this.#endMove();
    this.redraw();
  }

  #firstView(): Viewport {
    const { bounds, placed } = this.#input.drawing.layout;
    return firstView(bounds, placed[0]?.box ?? bounds, this.#size, this.#inset());
  }

  /** Column heads above, and where there is room for them legend and minimap below. */
  #inset(): Inset {
    return { left: 16, top: 40, right: 16, bottom: this.#size.height >= 520 ? 140 : 16 };
  }

  #minimapSize(): Size {
    return { width: this.#elements.minimap.clientWidth, height: this.#elements.minimap.clientHeight };
  }

  #startMove(boxes: ReadonlyMap<string, Box>, view: Viewport): void {
    this.#endMove();
    if (this.#size.width === 0 || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    // An empty animation is the clock, so that whoever waits for the page to come to rest sees it too.
    const clock = this.#elements.canvas.animate([], { duration: MOVE_MS, easing: 'cubic-bezier(.2,.7,.2,1)' });
    this.#move = { clock, boxes, view };
  }

  #endMove(): void {
    this.#move?.clock.cancel();
    this.#move = undefined;
  }

  #paint(): void {
    const { canvas, minimap } = this.#elements;
    const input = this.#input;
    const ctx = scaledContext(canvas, this.#size);
    if (!ctx || this.#size.width === 0) return;
    const progress = this.#move?.clock.effect?.getComputedTiming().progress;
    if (this.#move && typeof progress !== 'number') this.#endMove();
    const share = typeof progress === 'number' ? progress : 1;
    const { drawing } = input;
    const moving = this.#move && betweenDrawings(this.#move.boxes, drawing, share, input.textOf);
    const view = this.#move ? between(this.#move.view, this.#view, share) : this.#view;
    const picture: Picture = {
      ...drawing,
      ...moving,
      path: input.path,
      inspected: input.inspected,
      ringKey: input.ringKey,
      hovered: input.hovered,
      bright: input.hovered === undefined ? undefined : neighboursOf(drawing, input.hovered),
      arriving: this.#move && { keys: newKeys(drawing, this.#move.boxes), share },
    };
    const { colour, scale, nowMs } = input;
    const pixel = 1 / view.scale;
    const brush = {
      ctx,
      palette: this.#palette,
      glyphs: this.#glyphs,
      colour,
      scale,
      nowMs,
      hasText: hasText(view.scale),
      pixel,
    };
    paint(brush, picture, view, this.#size);
    const mapSize = this.#minimapSize();
    const map = mapSize.width > 0 ? scaledContext(minimap, mapSize) : undefined;
    if (map) paintMinimap(map, this.#palette, picture, view, this.#size, mapSize);
    if (this.#move) this.redraw();
  }
}

function focusId({ graph }: Drawing): string | undefined {
  return graph.nodes[graph.focus]?.id;
}

function newKeys(drawing: Drawing, known: ReadonlyMap<string, Box>): ReadonlySet<string> {
  return new Set(drawing.spots.map((spot) => spot.key).filter((key) => !known.has(key)));
}

/** What lies around the new items nearest to the focus; undefined where nothing is new. */
function nearestNew({ layout }: Drawing, known: ReadonlyMap<string, Box>): Box | undefined {
  const added = layout.placed.filter(({ item }) => !known.has(item.key));
  const level = Math.min(...added.map(({ item }) => item.level));
  const boxes = added.filter(({ item }) => item.level === level).map(({ box }) => box);
  const [first] = boxes;
  if (!first) return undefined;
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  const [x, y] = [Math.min(...boxes.map((box) => box.x)), Math.min(...boxes.map((box) => box.y))];
  return { x, y, width: right - x, height: bottom - y };
}

function between(from: Viewport, to: Viewport, share: number): Viewport {
  return {
    x: from.x + (to.x - from.x) * share,
    y: from.y + (to.y - from.y) * share,
    scale: from.scale + (to.scale - from.scale) * share,
  };
}

/** Boxes as they must lie in a world looked at through `to` to stand on the screen where they stood through `from`. */
function seenFrom(boxes: ReadonlyMap<string, Box>, from: Viewport, to: Viewport): ReadonlyMap<string, Box> {
  const move = (box: Box): Box => ({
    ...box,
    x: (box.x * from.scale + from.x - to.x) / to.scale,
    y: (box.y * from.scale + from.y - to.y) / to.scale,
  });
  return new Map([...boxes].map(([key, box]) => [key, move(box)]));
}

/** A context in CSS pixels on a canvas as fine as the screen. */
function scaledContext(canvas: HTMLCanvasElement, size: Size): CanvasRenderingContext2D | undefined {
  const ratio = window.devicePixelRatio;
  const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const ctx = canvas.getContext('2d') ?? undefined;
  ctx?.setTransform(ratio, 0, 0, ratio, 0, 0);
  return ctx;
}
