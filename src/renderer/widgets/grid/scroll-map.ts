/**
 * Maps a scroll bar to rows, where the rows together are taller than an element may be.
 *
 * Browsers cap an element (Firefox near 17.8 M px, Chromium and WebKit near 33.5 M px), so the scrolled content is at
 * most `MAX_CONTENT_PX` tall. Two positions follow from that: the *physical* one (`scrollTop`) and the *logical* one
 * (pixels from the first row, as if there were no cap). Small steps, such as a wheel tick or a page key, move both by
 * the same amount, so they are exact; only a jump of the scroll bar is scaled. Near both ends nothing is scaled, so
 * that the first and the last row are reached to the pixel.
 */
export interface ScrollMap {
  /** Height of the content element, at most `MAX_CONTENT_PX`. */
  readonly contentPx: number;
  /** Height of all rows together. */
  readonly totalPx: number;
  /** Height of the visible part. */
  readonly viewportPx: number;
  readonly rowPx: number;
  readonly rows: number;
}

/** Where a view stands. A row's top inside the content element is `index * rowPx - basePx`. */
export interface ScrollPosition {
  readonly physicalPx: number;
  /** Logical minus physical position; 0 where nothing is capped. */
  readonly basePx: number;
}

/** Below every browser's cap, with room for a header. */
export const MAX_CONTENT_PX = 16_000_000;

/** Length at both ends of the content in which a scroll bar jump is not scaled. */
const END_ZONE_PX = 1_000_000;

/** A map for so many rows of one height, seen through a viewport. */
export function createScrollMap(rows: number, rowPx: number, viewportPx: number): ScrollMap {
  const totalPx = rows * rowPx;
  return { rows, rowPx, viewportPx, totalPx, contentPx: Math.min(totalPx, MAX_CONTENT_PX) };
}

/** Pixels from the first row to the top of the viewport. */
export function logicalPx(position: ScrollPosition): number {
  return position.physicalPx + position.basePx;
}

/** The position from which every row keeps its place and the scroll bar shows the true proportion. */
export function positionAt(map: ScrollMap, logical: number): ScrollPosition {
  const target = clamp(Math.round(logical), 0, maxLogical(map));
  const physicalPx = Math.round(toPhysical(map, target));
  return { physicalPx, basePx: target - physicalPx };
}

/**
 * The position after the browser reports `physicalPx`. The caller writes the returned `physicalPx` back where it
 * differs, which happens only when a long run of small steps has drifted to an end of the content.
 */
export function scrolledTo(map: ScrollMap, from: ScrollPosition, physicalPx: number): ScrollPosition {
  const delta = physicalPx - from.physicalPx;
  if (Math.abs(delta) > stepLimit(map)) {
    const logical = Math.round(toLogical(map, physicalPx));
    return { physicalPx, basePx: logical - physicalPx };
  }
  const logical = logicalPx(from) + delta;
  if (logical < 0 || logical > maxLogical(map)) return positionAt(map, logical);
  const proper = positionAt(map, logical);
  const nearEnd = physicalPx < END_ZONE_PX / 2 || maxPhysical(map) - physicalPx < END_ZONE_PX / 2;
  return nearEnd && proper.basePx !== from.basePx ? proper : { physicalPx, basePx: from.basePx };
}

/** Rows that touch the viewport, `last` exclusive. */
export function visibleRows(
  map: ScrollMap,
  position: ScrollPosition,
): { readonly first: number; readonly last: number } {
  if (map.rows === 0) return { first: 0, last: 0 };
  const top = logicalPx(position);
  const first = clamp(Math.floor(top / map.rowPx), 0, map.rows - 1);
  return { first, last: clamp(Math.ceil((top + map.viewportPx) / map.rowPx), first + 1, map.rows) };
}

/** Top of a row inside the content element. */
export function rowTop(map: ScrollMap, position: ScrollPosition, index: number): number {
  return index * map.rowPx - position.basePx;
}

/**
 * The position that shows a whole row with the least movement; the same one when it is whole already. A small
 * movement keeps the base, so that the rows on screen glide instead of being laid out anew.
 */
export function positionShowing(map: ScrollMap, position: ScrollPosition, index: number): ScrollPosition {
  const top = logicalPx(position);
  const rowStart = index * map.rowPx;
  const target = Math.max(Math.min(top, rowStart), rowStart + map.rowPx - map.viewportPx);
  const moved = clamp(map.viewportPx < map.rowPx ? rowStart : target, 0, maxLogical(map)) - top;
  if (moved === 0) return position;
  if (Math.abs(moved) > stepLimit(map)) return positionAt(map, top + moved);
  const physicalPx = position.physicalPx + moved;
  const reachable = physicalPx >= 0 && physicalPx <= maxPhysical(map);
  return reachable ? { physicalPx, basePx: position.basePx } : positionAt(map, top + moved);
}

/** Whole rows a page key moves by: at least one. */
export function pageRows(map: ScrollMap): number {
  return Math.max(1, Math.floor(map.viewportPx / map.rowPx) - 1);
}

/** Larger movements are jumps of the scroll bar: one pixel of its thumb moves the content by more than this. */
function stepLimit(map: ScrollMap): number {
  if (map.contentPx === map.totalPx) return Number.POSITIVE_INFINITY;
  return Math.max(map.viewportPx, Math.min(2 * map.viewportPx, map.contentPx / Math.max(1, map.viewportPx) / 2));
}

function maxPhysical(map: ScrollMap): number {
  return Math.max(0, map.contentPx - map.viewportPx);
}

function maxLogical(map: ScrollMap): number {
  return Math.max(0, map.totalPx - map.viewportPx);
}

/** How much a jump in the middle is scaled; 1 where nothing is capped. */
function scale(map: ScrollMap): number {
  return (maxLogical(map) - 2 * END_ZONE_PX) / (maxPhysical(map) - 2 * END_ZONE_PX);
}

function toLogical(map: ScrollMap, physicalPx: number): number {
  if (map.contentPx === map.totalPx || physicalPx <= END_ZONE_PX) return physicalPx;
  const fromEnd = maxPhysical(map) - physicalPx;
  if (fromEnd <= END_ZONE_PX) return maxLogical(map) - fromEnd;
  return END_ZONE_PX + (physicalPx - END_ZONE_PX) * scale(map);
}

function toPhysical(map: ScrollMap, logical: number): number {
  if (map.contentPx === map.totalPx || logical <= END_ZONE_PX) return logical;
  const fromEnd = maxLogical(map) - logical;
  if (fromEnd <= END_ZONE_PX) return maxPhysical(map) - fromEnd;
  return END_ZONE_PX + (logical - END_ZONE_PX) / scale(map);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), Math.max(low, high));
}
