import { countOf } from '../../base/quantity.tsx';
import { foldText } from './fold-text.ts';
import type { KeyGraph } from './key-graph.ts';
import { type Box, type Layout, SIZE } from './layout.ts';
import type { LinkLine } from './links.ts';
import { type Brush, paintCard, paintFold, paintRing } from './paint-items.ts';
import { paintHang, paintLabel, paintLink } from './paint-links.ts';
import type { DrawnPath } from './path.ts';
import type { Scene } from './scene.ts';
import { type Size, toWorld, type Viewport } from './viewport.ts';

/** All that a frame shows. */
export interface Picture {
  readonly graph: KeyGraph;
  readonly scene: Scene;
  readonly layout: Layout;
  readonly lines: readonly LinkLine[];
  readonly path: DrawnPath;
  readonly inspected: string | undefined;
  /** The spot with the ring of the keyboard. */
  readonly ringKey: string | undefined;
  /** Items that stay bright while something is pointed at; undefined: all. */
  readonly bright: ReadonlySet<number> | undefined;
  /** Item that is pointed at: its links stand out. */
  readonly hovered: number | undefined;
  /** How far newly drawn items have appeared, 0 to 1, and which they are. */
  readonly arriving: { readonly keys: ReadonlySet<string>; readonly share: number } | undefined;
}

/** Zoomed out further than this, words are left out. */
const TEXT_SCALE = 0.45;
const DIMMED = 0.4;
const HEAD_HEIGHT = 28;

/** True where words are still painted at this zoom. */
export function hasText(scale: number): boolean {
  return scale >= TEXT_SCALE;
}

/** Paints a frame. The context is in CSS pixels. */
export function paint(brush: Brush, picture: Picture, view: Viewport, size: Size): void {
  const { ctx, palette } = brush;
  ctx.clearRect(0, 0, size.width, size.height);
  ctx.fillStyle = palette.ground;
  ctx.fillRect(0, 0, size.width, size.height);
  paintDots(brush, view, size);
  ctx.save();
  ctx.translate(view.x, view.y);
  ctx.scale(view.scale, view.scale);
  const from = toWorld(view, -20, -20);
  const to = toWorld(view, size.width + 20, size.height + 20);
  const seen = { x: from.x, y: from.y, width: to.x - from.x, height: to.y - from.y };
  paintLines(brush, picture, seen);
  paintItems(brush, picture, seen);
  ctx.restore();
  paintHeads(brush, picture, view, size);
}

function paintDots({ ctx, palette }: Brush, view: Viewport, size: Size): void {
  const pitch = 20 * view.scale;
  if (pitch < 9) return;
  ctx.beginPath();
  const first = (offset: number): number => ((offset % pitch) + pitch) % pitch;
  for (let x = first(view.x); x < size.width; x += pitch) {
    for (let y = first(view.y); y < size.height; y += pitch) ctx.rect(Math.round(x), Math.round(y), 1, 1);
  }
  ctx.fillStyle = palette.line;
  ctx.fill();
}

function paintLines(brush: Brush, picture: Picture, seen: Box): void {
  const { ctx } = brush;
  const { layout, lines, path, bright, hovered } = picture;
  const labels: (() => void)[] = [];
  for (const line of lines) {
    if (!touches(seen, line)) continue;
    const isHovered = hovered !== undefined && (line.from === hovered || line.to === hovered);
    const isOn = path.isOn(line);
    const isDimmed = bright !== undefined && !isHovered;
    const share =
      arrivalOf(picture, layout.placed[line.from]?.item.key) * arrivalOf(picture, layout.placed[line.to]?.item.key);
    const alpha = (isDimmed ? DIMMED : line.cross && !isHovered && !isOn ? 0.45 : 1) * share;
    ctx.globalAlpha = alpha;
    paintLink(brush, line, isOn);
    const { label } = line;
    if (label === undefined || !brush.hasText || (line.cross && !isHovered)) continue;
    labels.push(() => {
      ctx.globalAlpha = alpha;
      paintLabel(brush, label, isOn, line.shape === 'or');
    });
  }
  for (const [index, { box, hangs }] of layout.placed.entries()) {
    if (hangs.length === 0 || !hangs.some((hang) => overlaps(seen, around(box, hang.box)))) continue;
    ctx.globalAlpha = bright !== undefined && !bright.has(index) ? DIMMED : 1;
    let above = box.y + box.height;
    for (const { fold, box: pill } of hangs) {
      const isOn = path.folds.has(fold.key);
      if (fold.kind === 'other-inputs') {
        const y = box.y + box.height / 2;
        paintHang(brush, box.x + box.width, y, pill.x, y, isOn);
      } else {
        const x = box.x + box.width / 2;
        paintHang(brush, x, above, x, pill.y, isOn);
        above = pill.y + pill.height;
      }
    }
  }
  for (const paintIt of labels) paintIt();
  ctx.globalAlpha = 1;
}

function paintItems(brush: Brush, picture: Picture, seen: Box): void {
  const { ctx } = brush;
  const { graph, layout, path, bright, ringKey } = picture;
  let ring: { box: Box; isPill: boolean } | undefined;
  for (const [index, { item, box, hangs }] of layout.placed.entries()) {
    const alpha = (bright !== undefined && !bright.has(index) ? DIMMED : 1) * arrivalOf(picture, item.key);
    if (overlaps(seen, box)) {
      ctx.globalAlpha = alpha;
      if (item.kind === 'pill') paintFold(brush, box, foldText(graph, item.fold), path.folds.has(item.key));
      else paintCardItem(brush, picture, index, box);
    }
    for (const { fold, box: pill } of hangs) {
      if (!overlaps(seen, pill)) continue;
      ctx.globalAlpha = alpha;
      paintFold(brush, pill, foldText(graph, fold), path.folds.has(fold.key));
      if (fold.key === ringKey) ring = { box: pill, isPill: true };
    }
    if (item.key === ringKey) ring = { box, isPill: item.kind === 'pill' };
  }
  ctx.globalAlpha = 1;
  if (ring) paintRing(brush, ring.box, ring.isPill);
}

function paintCardItem(brush: Brush, picture: Picture, index: number, box: Box): void {
  const { graph, scene, path, inspected } = picture;
  const item = scene.items[index];
  const node = item?.kind === 'card' ? graph.nodes[item.node] : undefined;
  if (item?.kind !== 'card' || node === undefined) return;
  const isFocus = item.side === 'focus';
  const inputs = graph.inputs[item.node]?.length ?? 0;
  const users = new Set(graph.users[item.node]?.map((user) => user.node)).size + node.hiddenUsers;
  paintCard(brush, box, node, {
    isFocus,
    isAlternative: item.alternative || (item.link?.rank ?? 0) > 0,
    isOnPath: path.items.has(index),
    isInspected: node.id === inspected,
    counts: isFocus ? `${countOf(inputs, 'input')}   ${countOf(users, 'user')}` : undefined,
  });
}

/** What stands in each column, in a strip that stays at the top. */
function paintHeads(brush: Brush, picture: Picture, view: Viewport, size: Size): void {
  const { ctx, palette } = brush;
  if (view.scale < 0.3) return;
  ctx.globalAlpha = 0.9;
  ctx.fillStyle = palette.ground;
  ctx.fillRect(0, 0, size.width, HEAD_HEIGHT);
  ctx.globalAlpha = 1;
  ctx.font = `500 11px ${palette.fontUi}`;
  ctx.fillStyle = palette.text3;
  const room = SIZE.columnPitch * view.scale - 12;
  for (const [level, text] of columnHeads(picture).entries()) {
    const x = -level * SIZE.columnPitch * view.scale + view.x;
    const isClear = x > -room && x < size.width && ctx.measureText(text).width < room;
    if (text !== '' && isClear) ctx.fillText(text, Math.round(x), 19);
  }
}

/** By column: how many links away its records are, where that is the same for all of them. */
function columnHeads({ graph, scene, layout }: Picture): string[] {
  const distances: Set<number>[] = layout.columns.map(() => new Set());
  let users = false;
  for (const item of scene.items) {
    if (item.side === 'user') users = true;
    if (item.kind === 'card' && item.side === 'input') {
      distances[item.level]?.add(Math.abs(graph.nodes[item.node]?.distance ?? 0));
    }
  }
  return distances.map((found, level) => {
    if (level === 0) return users ? 'focus, then users' : 'focus';
    if (level === 1) return 'inputs';
    const [only] = found;
    return found.size === 1 && only === level ? `${level} links away` : '';
  });
}

function arrivalOf({ arriving }: Picture, key: string | undefined): number {
  return arriving !== undefined && key !== undefined && arriving.keys.has(key) ? arriving.share : 1;
}

function around(a: Box, b: Box): Box {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  };
}

function overlaps(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function touches(seen: Box, { x1, y1, x2, y2 }: LinkLine): boolean {
  const [x, y] = [Math.min(x1, x2), Math.min(y1, y2)];
  return overlaps(seen, { x, y, width: Math.abs(x2 - x1) + 1, height: Math.abs(y2 - y1) + 1 });
}
