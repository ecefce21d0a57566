import { type HierarchyRectangularNode, hierarchy, treemap, treemapSquarify } from 'd3-hierarchy';
import type { TreemapGroup, TreemapTile } from '../../../shared/model/overview.ts';

/** A rectangle in CSS px, from the upper left corner of the map. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A tile where it is drawn. */
export interface PlacedTile extends Box {
  readonly group: TreemapGroup;
  /** Absent: it stands for all of the group's tiles that are not drawn one by one. */
  readonly tile: TreemapTile | undefined;
  readonly bytes: number;
  /** How many tiles it stands for. */
  readonly count: number;
  /** What of its words fits: nothing, the name, or the name and the size. */
  readonly text: 'none' | 'name' | 'name-and-size';
}

/** A group where it is drawn; `hasHeader` where its words fit above its tiles. */
export interface PlacedGroup extends Box {
  readonly group: TreemapGroup;
  readonly hasHeader: boolean;
}

export interface TreemapLayout {
  readonly groups: readonly PlacedGroup[];
  /** Largest first. */
  readonly tiles: readonly PlacedTile[];
  /** What is not drawn, because it would leave no room for anything else: the groups too small to be told apart. */
  readonly leftOut: TreemapGroup | undefined;
}

/** The words of a group need this height. */
const HEADER_PX = 18;
const MIN_TEXT_WIDTH_PX = 54;
const MIN_NAME_HEIGHT_PX = 20;
const MIN_SIZE_HEIGHT_PX = 38;
/** Smaller than this is not drawn: it would only be noise. The group's own ground shows there. */
const MIN_TILE_PX = 1.5;
/** Groups and tiles below these areas are drawn as one: hundreds of specks say less than their number does. */
const MIN_GROUP_AREA_PX = 900;
const MIN_TILE_AREA_PX = 60;

/** Where small groups would take more than this share, the largest groups are drawn to scale among themselves. */
const MOST_SMALL = 0.5;
const LARGEST = 24;

/** Edges that should meet differ by less than this. */
const ROUNDING_PX = 0.001;

/** Key of the group that stands for all that are too small to be drawn alone. */
export const OTHERS = 'others';

interface Datum {
  readonly group?: TreemapGroup;
  readonly tile?: TreemapTile;
  readonly bytes?: number;
  /** Stands for several: drawn after all others of its level, however large it is. */
  readonly isLast?: boolean;
  readonly children?: readonly Datum[];
}

/**
 * Squarified rectangles of groups and their tiles, areas proportional to bytes.
 * @param zoomed key of the one group to show alone; `OTHERS` shows the groups that are too small in the whole map
 */
export function layoutTreemap(
  groups: readonly TreemapGroup[],
  size: { readonly width: number; readonly height: number },
  zoomed?: string,
): TreemapLayout {
  const area = size.width * size.height;
  const whole = choose(groups, area);
  const { shown, leftOut } = zoomed === undefined ? whole : zoomInto(groups, whole.shown, zoomed, area);
  if (area <= 0 || shown.length === 0) return { groups: [], tiles: [], leftOut };
  const pxPerByte = area / bytesOf(shown);
  const root = hierarchy<Datum>(
    { children: shown.map((group) => groupDatum(group, pxPerByte)) },
    (datum) => datum.children as Datum[] | undefined,
  )
    .sum((datum) => datum.bytes ?? 0)
    .sort((a, b) => Number(a.data.isLast ?? false) - Number(b.data.isLast ?? false) || (b.value ?? 0) - (a.value ?? 0));
  const place = treemap<Datum>()
    .tile(treemapSquarify.ratio(1.2))
    .size([size.width, size.height])
    .paddingInner((node) => (node.depth === 0 ? 3 : 2))
    .paddingOuter((node) => (node.depth === 1 ? 2 : 0))
    .paddingTop((node) => (node.depth === 1 ? headerPx(node) : 0));
  const placed = place(root);
  return {
    groups: (placed.children ?? []).flatMap((node) => placeGroup(node)),
    tiles: placed
      .leaves()
      .flatMap((node) => placeTile(node))
      .sort((a, b) => b.bytes - a.bytes),
    leftOut,
  };
}

function bytesOf(groups: readonly TreemapGroup[]): number {
  return groups.reduce((sum, group) => sum + group.bytes, 0);
}

interface Choice {
  readonly shown: readonly TreemapGroup[];
  readonly leftOut: TreemapGroup | undefined;
}

/** The groups that are large enough to be drawn, and one for all that are not: in the map, or left out of it. */
function choose(groups: readonly TreemapGroup[], area: number): Choice {
  const full = groups.filter((group) => group.bytes > 0);
  const all = bytesOf(full);
  const isSmall = (group: TreemapGroup): boolean =>
    group.key === OTHERS || (group.bytes * area) / Math.max(1, all) < MIN_GROUP_AREA_PX;
  const small = full.filter(isSmall);
  if (small.length < 2) return { shown: full, leftOut: undefined };
  if (bytesOf(small) <= all * MOST_SMALL) {
    return { shown: [...full.filter((group) => !isSmall(group)), join(small)], leftOut: undefined };
  }
  const named = full.filter((group) => group.key !== OTHERS).sort((a, b) => b.bytes - a.bytes);
  const shown = named.slice(0, LARGEST);
  const rest = full.filter((group) => !shown.includes(group));
  return { shown, leftOut: rest.length > 0 ? join(rest) : undefined };
}

function join(groups: readonly TreemapGroup[]): TreemapGroup {
  const tiles = groups.reduce((sum, group) => sum + group.tiles.length + group.rest.tiles, 0);
  const bytes = bytesOf(groups);
  const label = groups.length === 1 ? (groups[0]?.label ?? '') : `${groups.length} smaller groups`;
  return { key: OTHERS, label, bytes, tiles: [], rest: { tiles, bytes } };
}

function zoomInto(groups: readonly TreemapGroup[], whole: readonly TreemapGroup[], key: string, area: number): Choice {
  if (key !== OTHERS) {
    return { shown: groups.filter((group) => group.key === key && group.bytes > 0), leftOut: undefined };
  }
  const alone = new Set(whole.map((group) => group.key).filter((one) => one !== OTHERS));
  return choose(
    groups.filter((group) => !alone.has(group.key)),
    area,
  );
}

function groupDatum(group: TreemapGroup, pxPerByte: number): Datum {
  const isLarge = (tile: TreemapTile): boolean => tile.bytes * pxPerByte >= MIN_TILE_AREA_PX;
  const tiles = group.tiles.filter(isLarge).map((tile): Datum => ({ group, tile, bytes: tile.bytes }));
  const restBytes = group.bytes - tiles.reduce((sum, tile) => sum + (tile.bytes ?? 0), 0);
  const rest = restBytes > 0 ? [{ group, bytes: restBytes, isLast: true }] : [];
  return { group, children: [...tiles, ...rest], isLast: group.key === OTHERS };
}

function headerPx(node: HierarchyRectangularNode<Datum>): number {
  return node.y1 - node.y0 > 40 && node.x1 - node.x0 > 50 ? HEADER_PX : 2;
}

function boxOf(node: HierarchyRectangularNode<Datum>): Box {
  return { x: node.x0, y: node.y0, width: node.x1 - node.x0, height: node.y1 - node.y0 };
}

function placeGroup(node: HierarchyRectangularNode<Datum>): readonly PlacedGroup[] {
  const { group } = node.data;
  return group && fits(node) ? [{ ...boxOf(node), group, hasHeader: headerPx(node) === HEADER_PX }] : [];
}

function placeTile(node: HierarchyRectangularNode<Datum>): readonly PlacedTile[] {
  const { group, tile } = node.data;
  if (!group || !fits(node) || (node.parent && !fits(node.parent))) return [];
  const box = boxOf(node);
  const drawn = (node.parent?.children ?? []).filter((sibling) => sibling.data.tile).length;
  const count = tile ? 1 : group.tiles.length + group.rest.tiles - drawn;
  return [{ ...box, group, tile, bytes: node.value ?? 0, count, text: textThatFits(box) }];
}

/** Worth drawing, and inside what it belongs to: a box too small for its paddings pushes its parts over its edge. */
function fits(node: HierarchyRectangularNode<Datum>): boolean {
  const parent = node.parent ?? node;
  const { width, height } = boxOf(node);
  const isInside =
    node.x0 >= parent.x0 - ROUNDING_PX &&
    node.y0 >= parent.y0 - ROUNDING_PX &&
    node.x1 <= parent.x1 + ROUNDING_PX &&
    node.y1 <= parent.y1 + ROUNDING_PX;
  return isInside && width >= MIN_TILE_PX && height >= MIN_TILE_PX;
}

function textThatFits({ width, height }: Box): PlacedTile['text'] {
  if (width < MIN_TEXT_WIDTH_PX || height < MIN_NAME_HEIGHT_PX) return 'none';
  return height < MIN_SIZE_HEIGHT_PX ? 'name' : 'name-and-size';
}
