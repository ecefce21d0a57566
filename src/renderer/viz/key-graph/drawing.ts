import { buildScene } from './build-scene.ts';
import type { KeyGraph } from './key-graph.ts';
import { type Box, type Layout, layOut } from './layout.ts';
import { type LinkLine, type LinkText, linkLines } from './links.ts';
import type { Scene } from './scene.ts';
import { type Spot, spotsOf } from './spots.ts';
import type { Unfolding } from './unfolding.ts';

/** A scene with everything that follows from it. */
export interface Drawing {
  readonly graph: KeyGraph;
  readonly scene: Scene;
  readonly layout: Layout;
  readonly lines: readonly LinkLine[];
  readonly spots: readonly Spot[];
}

/** Chooses, places and links what is drawn. */
export function makeDrawing(graph: KeyGraph, unfolding: Unfolding, textOf: LinkText): Drawing {
  const scene = buildScene(graph, unfolding);
  const layout = layOut(graph, scene, new Set(unfolding.opened.keys()));
  return { graph, scene, layout, lines: linkLines(graph, scene, layout, textOf), spots: spotsOf(layout) };
}

/** Boxes of all spots by key. */
export function boxesOf(drawing: Drawing): ReadonlyMap<string, Box> {
  return new Map(drawing.spots.map((spot) => [spot.key, spot.box]));
}

/** The drawing on its way from old places to its own; what had no old place stands where it belongs. */
export function betweenDrawings(
  from: ReadonlyMap<string, Box>,
  to: Drawing,
  share: number,
  textOf: LinkText,
): Pick<Drawing, 'layout' | 'lines'> {
  const move = (key: string, box: Box): Box => {
    const old = from.get(key);
    if (old === undefined) return box;
    return { ...box, x: old.x + (box.x - old.x) * share, y: old.y + (box.y - old.y) * share };
  };
  const layout: Layout = {
    ...to.layout,
    placed: to.layout.placed.map(({ item, box, hangs }) => ({
      item,
      box: move(item.key, box),
      hangs: hangs.map(({ fold, box: pill }) => ({ fold, box: move(fold.key, pill) })),
    })),
  };
  return { layout, lines: linkLines(to.graph, to.scene, layout, textOf) };
}

/** The item that is pointed at with what it is linked to. */
export function neighboursOf({ scene }: Drawing, index: number): ReadonlySet<number> {
  const item = scene.items[index];
  const near = new Set<number>([index]);
  if (item === undefined) return near;
  if (item.parent !== undefined) near.add(item.parent);
  for (const child of item.stacks.flat()) near.add(child);
  for (const { from, to } of scene.crossLinks) {
    if (from === index) near.add(to);
    if (to === index) near.add(from);
  }
  return near;
}
