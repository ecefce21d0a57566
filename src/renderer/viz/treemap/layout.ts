import { type HierarchyRectangularNode, hierarchy, treemap, treemapSquarify } from 'd3-hierarchy';
import type { TreemapGroup, TreemapTile } from '../../../shared/model/overview.ts';

/** A rectangle in CSS px, from the upper left corner of the map. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A tile where it is drawn. `rest`: not one tile but all those of the group that were not sent one by one. */
export interface PlacedTile extends Box {
  readonly group: TreemapGroup;
  readonly tile: TreemapTile | undefined;
  readonly bytes: number;
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
}

/** The words of a group need this height. */
const HEADER_PX = 18;
const MIN_TEXT_WIDTH_PX = 54;
const MIN_NAME_HEIGHT_PX = 20;
const MIN_SIZE_HEIGHT_PX = 38;
/** Smaller than this is not drawn: it would only be noise. The group's own ground shows there. */
const MIN_TILE_PX = 1.5;

interface Datum {
  readonly group?: TreemapGroup;
  readonly tile?: TreemapTile;
  readonly bytes?: number;
  readonly children?: readonly Datum[];
}

/**
 * Squarified rectangles of groups and their tiles, areas proportional to bytes.
 * @param zoomed key of the one group to show alone
 */
export function layoutTreemap(
  groups: readonly TreemapGroup[],
  size: { readonly width: number; readonly height: number },
  zoomed?: string,
): TreemapLayout {
  const shown = groups.filter((group) => group.bytes > 0 && (zoomed === undefined || group.key === zoomed));
  if (size.width <= 0 || size.height <= 0 || shown.length === 0) return { groups: [], tiles: [] };
  const root = hierarchy<Datum>({ children: shown.map(groupDatum) }, (datum) => datum.children as Datum[] | undefined)
    .sum((datum) => datum.bytes ?? 0)
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
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
  };
}

function groupDatum(group: TreemapGroup): Datum {
  const tiles = group.tiles.map((tile): Datum => ({ group, tile, bytes: tile.bytes }));
  const rest = group.rest.bytes > 0 ? [{ group, bytes: group.rest.bytes }] : [];
  return { group, children: [...tiles, ...rest] };
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
  return [{ ...box, group, tile, bytes: node.value ?? 0, text: textThatFits(box) }];
}

/** Worth drawing, and inside what it belongs to: a box too small for its paddings pushes its parts over its edge. */
function fits(node: HierarchyRectangularNode<Datum>): boolean {
  const parent = node.parent ?? node;
  const { width, height } = boxOf(node);
  const isInside = node.x0 >= parent.x0 && node.y0 >= parent.y0 && node.x1 <= parent.x1 && node.y1 <= parent.y1;
  return isInside && width >= MIN_TILE_PX && height >= MIN_TILE_PX;
}

function textThatFits({ width, height }: Box): PlacedTile['text'] {
  if (width < MIN_TEXT_WIDTH_PX || height < MIN_NAME_HEIGHT_PX) return 'none';
  return height < MIN_SIZE_HEIGHT_PX ? 'name' : 'name-and-size';
}
