import type { Picture } from './paint.ts';
import type { Palette } from './palette.ts';
import { type Size, toWorld, type Viewport } from './viewport.ts';

const MARGIN = 10;

/** Where the world lies in the minimap. */
export function minimapView({ layout }: Pick<Picture, 'layout'>, size: Size): Viewport {
  const { bounds } = layout;
  const width = size.width - 2 * MARGIN;
  const height = size.height - 2 * MARGIN;
  const scale = Math.min(width / Math.max(1, bounds.width), height / Math.max(1, bounds.height), 0.14);
  return {
    scale,
    x: MARGIN + (width - bounds.width * scale) / 2 - bounds.x * scale,
    y: MARGIN + (height - bounds.height * scale) / 2 - bounds.y * scale,
  };
}

/** Paints the whole drawing small, and a frame around the part in view. */
export function paintMinimap(
  ctx: CanvasRenderingContext2D,
  palette: Palette,
  picture: Picture,
  view: Viewport,
  canvas: Size,
  size: Size,
): void {
  const map = minimapView(picture, size);
  ctx.clearRect(0, 0, size.width, size.height);
  ctx.strokeStyle = palette.line2;
  ctx.lineWidth = 0.75;
  ctx.beginPath();
  for (const { x1, y1, x2, y2 } of picture.lines) {
    ctx.moveTo(x1 * map.scale + map.x, y1 * map.scale + map.y);
    ctx.lineTo(x2 * map.scale + map.x, y2 * map.scale + map.y);
  }
  ctx.stroke();
  for (const { item, box } of picture.layout.placed) {
    const node = item.kind === 'card' ? picture.graph.nodes[item.node] : undefined;
    const width = Math.max(3, box.width * map.scale);
    const height = Math.max(2, box.height * map.scale);
    ctx.fillStyle = item.side === 'focus' ? palette.accent : node ? palette.kinds[node.kind] : palette.line2;
    ctx.fillRect(box.x * map.scale + map.x, box.y * map.scale + map.y, width, height);
  }
  const [from, to] = [toWorld(view, 0, 0), toWorld(view, canvas.width, canvas.height)];
  const left = Math.max(1, from.x * map.scale + map.x);
  const top = Math.max(1, from.y * map.scale + map.y);
  const right = Math.min(size.width - 1, to.x * map.scale + map.x);
  const bottom = Math.min(size.height - 1, to.y * map.scale + map.y);
  if (right <= left || bottom <= top) return;
  ctx.strokeStyle = palette.accent;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.roundRect(left, top, right - left, bottom - top, 3);
  ctx.stroke();
}
