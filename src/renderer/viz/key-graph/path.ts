import type { GraphNode } from '../../../shared/model/graph.ts';
import type { KeyGraph } from './key-graph.ts';
import type { LinkLine } from './links.ts';
import type { Scene } from './scene.ts';

/**
 * The line a record was built on: along the first input, and where several will do along that of a step, down to a
 * record without inputs. Root first. A shortest path would mostly end at the next content digest and say little.
 * `undefined` where the line leads out of what is loaded.
 */
export function mainLine(graph: KeyGraph, id: string): readonly GraphNode[] | undefined {
  const line: GraphNode[] = [];
  const seen = new Set<number>();
  for (let node = graph.indexOf.get(id); node !== undefined; ) {
    const record = graph.nodes[node];
    if (record === undefined || seen.has(node)) return undefined;
    seen.add(node);
    line.push(record);
    const first = graph.inputs[node]?.[0];
    if (first === undefined && record.hiddenInputs > 0) return undefined;
    node = first?.alternatives[0]?.node;
  }
  return line.length === 0 ? undefined : line.toReversed();
}

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
