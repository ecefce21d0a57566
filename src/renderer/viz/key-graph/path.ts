import type { KeyGraph } from './key-graph.ts';
import type { LinkLine } from './links.ts';
import type { Scene } from './scene.ts';

/** Which parts of a drawing a path runs through. */
export interface DrawnPath {
  readonly items: ReadonlySet<number>;
  /** Keys of folds that hide a part of it. */
  readonly folds: ReadonlySet<string>;
  readonly isOn: (line: LinkLine) => boolean;
}

/** Finds a path (ids, root first) in a scene: cards where they are drawn, else the folds that hide them. */
export function drawnPath(graph: KeyGraph, scene: Scene, path: readonly string[]): DrawnPath {
  const items = new Set<number>();
  const folds = new Set<string>();
  const pairs = new Set<string>();
  let user: number | undefined;
  for (const id of path.toReversed()) {
    const node = graph.indexOf.get(id);
    const item = node === undefined ? undefined : (scene.cardOf.get(node) ?? scene.chainOf.get(node));
    if (item === undefined) {
      // Not drawn: the fold of the last card on the way to the root hides it, and all that follows.
      const last = user === undefined ? undefined : scene.items[user];
      if (last?.kind === 'card') for (const fold of last.hangs) if (fold.kind === 'inputs') folds.add(fold.key);
      break;
    }
    items.add(item);
    const drawn = scene.items[item];
    if (drawn?.kind === 'pill') folds.add(drawn.key);
    if (user !== undefined && user !== item) pairs.add(`${item} ${user}`);
    user = item;
  }
  const isOn = ({ from, to }: LinkLine): boolean => pairs.has(`${from} ${to}`);
  return { items, folds, isOn };
}
