import type { KeyGraph } from './key-graph.ts';
import { type Layout, type PlacedItem, portOf, SIZE } from './layout.ts';
import type { ItemLink, Scene } from './scene.ts';

/** A label on a link: input index and selector. `x`, `y`: its middle. */
export interface LinkLabel {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  /** Room for the text, in pixels. */
  readonly maxWidth: number;
}

/**
 * A line between two items (by index into the scene's). `curve` runs from the right edge of an input to the left edge
 * of what needs it, `down` from a card to a user below, `or` between alternatives of one input.
 */
export interface LinkLine {
  readonly shape: 'curve' | 'down' | 'or';
  readonly from: number;
  readonly to: number;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  /** Either input will do, and this is not the first choice. */
  readonly dashed: boolean;
  /** Not part of the tree: drawn faintly until one of its ends is looked at. */
  readonly cross: boolean;
  readonly label: LinkLabel | undefined;
}

/** What stands on a link: `1 /out`, `1 5f3a76` where the path behind the selector is not known, or `1`. */
export type LinkText = (link: ItemLink) => string;

/** The lines of a layout, in drawing order: those that cross the tree first. */
export function linkLines(graph: KeyGraph, scene: Scene, layout: Layout, textOf: LinkText): LinkLine[] {
  const { placed } = layout;
  const lines: LinkLine[] = [];
  for (const { from, to, link } of scene.crossLinks) {
    const [source, target] = [placed[from], placed[to]];
    if (source && target) lines.push(curve(graph, source, target, from, to, link, textOf, true));
  }
  for (const [index, parent] of placed.entries()) {
    for (const stack of parent.item.stacks) {
      const [first, ...others] = stack;
      const child = placed[first ?? -1];
      if (first === undefined || child === undefined) continue;
      const { item } = child;
      if (item.side === 'input') lines.push(curve(graph, child, parent, first, index, item.link, textOf, false));
      else lines.push(down(parent, child, index, first, item.link, textOf));
      let above = { at: first, placed: child };
      for (const other of others) {
        const next = placed[other];
        if (next === undefined) continue;
        lines.push(orLine(above.placed, next, above.at, other));
        above = { at: other, placed: next };
      }
    }
  }
  return lines;
}

function curve(
  graph: KeyGraph,
  source: PlacedItem,
  target: PlacedItem,
  from: number,
  to: number,
  link: ItemLink | undefined,
  textOf: LinkText,
  cross: boolean,
): LinkLine {
  const { box } = source;
  const x1 = box.x + box.width;
  const y1 = box.y + box.height / 2;
  const x2 = target.box.x;
  const { item } = target;
  const y2 = target.box.y + (item.kind === 'card' ? portOf(graph, item, link?.input) : target.box.height / 2);
  const label = link && { text: textOf(link), x: (x1 + x2) / 2 - 2, y: y1, maxWidth: x2 - x1 - 8 };
  return { shape: 'curve', from, to, x1, y1, x2, y2, dashed: (link?.rank ?? 0) > 0, cross, label };
}

function down(
  parent: PlacedItem,
  child: PlacedItem,
  from: number,
  to: number,
  link: ItemLink | undefined,
  textOf: LinkText,
): LinkLine {
  const x1 = parent.box.x + parent.box.width / 2;
  const y1 = parent.box.y + parent.box.height;
  const x2 = child.box.x + child.box.width / 2;
  const y2 = child.box.y;
  const y = x1 === x2 ? (y1 + y2) / 2 - 3 : y2 - 24;
  const label = link && { text: textOf(link), x: x2, y, maxWidth: SIZE.card.width };
  return { shape: 'down', from, to, x1, y1, x2, y2, dashed: (link?.rank ?? 0) > 0, cross: false, label };
}

function orLine(above: PlacedItem, below: PlacedItem, from: number, to: number): LinkLine {
  const x = below.box.x + below.box.width / 2;
  const y1 = above.box.y + above.box.height;
  const y2 = below.box.y;
  const label = { text: 'or', x, y: y2 - SIZE.alternativeGap / 2, maxWidth: 40 };
  return { shape: 'or', from, to, x1: x, y1, x2: x, y2, dashed: true, cross: false, label };
}
