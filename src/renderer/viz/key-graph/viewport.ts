import type { Box } from './layout.ts';

/** Screen = world × scale + offset, in CSS pixels. */
export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What covers the edges of the canvas: legend, minimap, column heads. */
export interface Inset {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const ZOOM = { min: 0.08, max: 2, step: 1.25 } as const;

export function toScreen(view: Viewport, x: number, y: number): { readonly x: number; readonly y: number } {
  return { x: x * view.scale + view.x, y: y * view.scale + view.y };
}

export function toWorld(view: Viewport, x: number, y: number): { readonly x: number; readonly y: number } {
  return { x: (x - view.x) / view.scale, y: (y - view.y) / view.scale };
}

/** Zooms by a factor; the world point under (x, y) stays there. */
export function zoomAt(view: Viewport, factor: number, x: number, y: number): Viewport {
  const scale = Math.min(ZOOM.max, Math.max(ZOOM.min, view.scale * factor));
  const real = scale / view.scale;
  return { scale, x: x - (x - view.x) * real, y: y - (y - view.y) * real };
}

export function panBy(view: Viewport, dx: number, dy: number): Viewport {
  return { ...view, x: view.x + dx, y: view.y + dy };
}

/** Everything in view, not larger than life, within what the insets leave free. */
export function fitView(bounds: Box, size: Size, inset: Inset): Viewport {
  const width = Math.max(40, size.width - inset.left - inset.right);
  const height = Math.max(40, size.height - inset.top - inset.bottom);
  const scale = Math.max(ZOOM.min, Math.min(1, width / bounds.width, height / bounds.height));
  return {
    scale,
    x: inset.left + (width - bounds.width * scale) / 2 - bounds.x * scale,
    y: inset.top + (height - bounds.height * scale) / 2 - bounds.y * scale,
  };
}

/** Below this words are hard to read; the first view rather cuts the far ends. */
const READABLE = 0.85;
const BESIDE = 100;

/**
 * The first view of a layout: everything if it can be read then, else in full size, with the focus in
 * sight and as much of its surroundings as fits, inputs first.
 */
export function firstView(bounds: Box, focus: Box, size: Size, inset: Inset): Viewport {
  const whole = fitView(bounds, size, inset);
  if (whole.scale >= READABLE) return whole;
  const right = bounds.x + bounds.width;
  const width = size.width - inset.left - inset.right;
  const height = size.height - inset.top - inset.bottom;
  return {
    scale: 1,
    // What lies right of the focus up to about a card's width is taken along.
    x: inset.left + along(bounds.x, bounds.width, Math.min(right, focus.x + focus.width + BESIDE), width, 1),
    y: inset.top + along(bounds.y, bounds.height, focus.y + focus.height / 2, height, 0.5),
  };
}

/** Where the world's origin goes along one axis so that `at` stands at `share` of the room, without empty room. */
function along(start: number, length: number, at: number, room: number, share: number): number {
  if (length <= room) return (room - length) / 2 - start;
  const wanted = room * share - at;
  return Math.min(-start, Math.max(room - start - length, wanted));
}

/** Moves as little as is needed for a box to be in view; of one that is too large, its upper left part. */
export function reveal(view: Viewport, box: Box, size: Size, inset: Inset): Viewport {
  const { x, y } = toScreen(view, box.x, box.y);
  const [width, height] = [box.width * view.scale, box.height * view.scale];
  const right = size.width - inset.right - width;
  const bottom = size.height - inset.bottom - height;
  return panBy(view, Math.max(Math.min(x, right), inset.left) - x, Math.max(Math.min(y, bottom), inset.top) - y);
}
