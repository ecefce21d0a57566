import { distinctInputs, distinctUsers } from './chain.ts';
import { makeFold } from './fold.ts';
import { growTree, limitOf, type RestKind, type Tree } from './grow-tree.ts';
import type { KeyGraph } from './key-graph.ts';
import {
  type CardItem,
  type CrossLink,
  type Fold,
  type FoldKind,
  foldKey,
  type PillItem,
  type Scene,
} from './scene.ts';
import type { Unfolding } from './unfolding.ts';

/**
 * Chooses what is drawn of a graph: the tree of cards, the links that cross it, and on each card the folds for what
 * is not drawn. The same graph and the same unfolding always give the same scene.
 */
export function buildScene(graph: KeyGraph, unfolding: Unfolding): Scene {
  const tree = growTree(graph, unfolding);
  const items = [...tree.items];
  for (const [index, card] of tree.items.entries()) {
    if (card.kind !== 'card') continue;
    const sides = new Set(card.stacks.map((stack) => items[stack[0] ?? 0]?.side));
    for (const fold of [...restFolds(graph, tree, unfolding, card), ...foldsOf(graph, tree, card)]) {
      const side = sideOf(fold.kind);
      // Behind the focus, and beside what is drawn already, a fold stands where a card would.
      if (side !== undefined && (card.side === 'focus' || sides.has(side) || isRest(fold.kind))) {
        card.stacks.push([items.length]);
        items.push(pillOn(card, index, side, fold));
      } else card.hangs.push(fold);
    }
  }
  const { cardOf, chainOf, expanded } = tree;
  return { items, crossLinks: crossLinks(graph, tree), cardOf, chainOf, expanded, cards: cardOf.size };
}

function pillOn({ level }: CardItem, parent: number, side: 'input' | 'user', fold: Fold): PillItem {
  return { kind: 'pill', key: fold.key, fold, side, parent, level: level + 1, link: undefined, stacks: [] };
}

function isRest(kind: FoldKind): boolean {
  return kind === 'more-inputs' || kind === 'more-users' || kind === 'more-alternatives';
}

/** What long lists of an open card leave out: without what came to be drawn in another place. */
function restFolds(graph: KeyGraph, tree: Tree, unfolding: Unfolding, card: CardItem): Fold[] {
  const { node, side } = card;
  const limit = (kind: RestKind): number => limitOf(graph, unfolding, kind, node);
  const rests: (readonly [RestKind, readonly number[]])[] = [];
  if (side !== 'user' && tree.expanded.has(foldKey(graph, 'inputs', node))) {
    const slots = graph.inputs[node] ?? [];
    rests.push(['more-inputs', distinctInputs(slots.slice(limit('more-inputs')))]);
    const alternatives = slots.slice(0, limit('more-inputs')).map((slot) => ({
      ...slot,
      alternatives: slot.alternatives.slice(limit('more-alternatives')),
    }));
    rests.push(['more-alternatives', distinctInputs(alternatives)]);
  }
  if (side !== 'input' && tree.expanded.has(foldKey(graph, 'users', node))) {
    const users = distinctUsers(graph.users[node] ?? []).slice(limit('more-users'));
    rests.push(['more-users', users.map((user) => user.node)]);
  }
  return rests.flatMap(([kind, rest]) => {
    const hidden = rest.filter((other) => !isDrawn(tree, other));
    return hidden.length === 0 ? [] : [makeFold(graph, kind, node, () => hidden)];
  });
}

/** The side on which a fold lies further away from the focus. */
function sideOf(kind: FoldKind): 'input' | 'user' | undefined {
  if (kind === 'inputs' || kind === 'more-inputs' || kind === 'more-alternatives') return 'input';
  return kind === 'users' || kind === 'more-users' ? 'user' : undefined;
}

/** Links between cards that are not parent and child and whose cards stand in adjacent columns. */
function crossLinks(graph: KeyGraph, tree: Tree): CrossLink[] {
  const links: CrossLink[] = [];
  for (const [node, to] of tree.cardOf) {
    const target = cardAt(tree, to);
    if (target === undefined || target.side === 'user') continue;
    for (const { input, alternatives } of graph.inputs[node] ?? []) {
      for (const [rank, { node: source, selector }] of alternatives.entries()) {
        const from = tree.cardOf.get(source);
        const card = from === undefined ? undefined : cardAt(tree, from);
        if (from === undefined || card === undefined || !isAdjacent(card, target)) continue;
        if (card.parent === to && card.link?.input === input) continue;
        links.push({ from, to, link: { input, selector, rank } });
      }
    }
  }
  return links;
}

function foldsOf(graph: KeyGraph, tree: Tree, card: CardItem): Fold[] {
  const folds: (Fold | undefined)[] = [];
  if (card.side !== 'user') folds.push(furtherFold(graph, tree, card, 'inputs'), elsewhereFold(graph, tree, card));
  if (card.side !== 'input') folds.push(furtherFold(graph, tree, card, 'users'));
  if (card.side === 'input') folds.push(sidewaysFold(graph, tree, card, 'other-users'));
  if (card.side === 'user') folds.push(sidewaysFold(graph, tree, card, 'other-inputs'));
  return folds.filter((fold) => fold !== undefined);
}

/** What lies further away from the focus and is folded, or not loaded yet. */
function furtherFold(graph: KeyGraph, tree: Tree, card: CardItem, kind: 'inputs' | 'users'): Fold | undefined {
  const { node } = card;
  const record = graph.nodes[node];
  const next = kind === 'inputs' ? graph.inputNodes : graph.userNodes;
  const notLoaded = (kind === 'inputs' ? record?.hiddenInputs : record?.hiddenUsers) ?? 0;
  const isOpen = tree.expanded.has(foldKey(graph, kind, node));
  const hasHidden = !isOpen && next[node]?.some((other) => !isDrawn(tree, other)) === true;
  if (!hasHidden && notLoaded === 0) return undefined;
  return makeFold(graph, kind, node, () => (hasHidden ? reach(tree, next, node) : []), { notLoaded });
}

/** Inputs whose card stands neither behind this one nor in the column before it. */
function elsewhereFold(graph: KeyGraph, tree: Tree, card: CardItem): Fold | undefined {
  const own = tree.cardOf.get(card.node);
  const hidden = (graph.inputNodes[card.node] ?? []).filter((node) => {
    const source = cardAt(tree, tree.cardOf.get(node) ?? -1);
    return source !== undefined && source.parent !== own && !isAdjacent(source, card);
  });
  if (hidden.length === 0) return undefined;
  return makeFold(graph, 'elsewhere', card.node, () => hidden, { leadsOn: false });
}

/**
 * The users or inputs besides the one a card hangs on, whether they are drawn, loaded or not: their number is a fact of
 * the record, so the fold does not come and go with what is open elsewhere.
 */
function sidewaysFold(
  graph: KeyGraph,
  tree: Tree,
  card: CardItem,
  kind: 'other-users' | 'other-inputs',
): Fold | undefined {
  const record = graph.nodes[card.node];
  const parent = card.parent === undefined ? undefined : tree.items[card.parent];
  const isParent = (node: number) =>
    parent?.kind === 'card' ? parent.node === node : tree.chainOf.get(node) === card.parent;
  const others = (kind === 'other-users' ? graph.userNodes : graph.inputNodes)[card.node] ?? [];
  const hidden = others.filter((node) => !isParent(node));
  const notLoaded = (kind === 'other-users' ? record?.hiddenUsers : record?.hiddenInputs) ?? 0;
  if (hidden.length + notLoaded === 0) return undefined;
  return makeFold(graph, kind, card.node, () => hidden, { notLoaded, leadsOn: false });
}

/** Loaded records that are reached from one, going away from the focus, and are not drawn. */
function reach(tree: Tree, next: readonly (readonly number[])[], start: number): number[] {
  const seen = new Uint8Array(next.length);
  const found: number[] = [];
  for (const other of next[start] ?? []) visit(other);
  // The list grows while it is read.
  for (const node of found) for (const other of next[node] ?? []) visit(other);
  return found;

  function visit(node: number): void {
    if (seen[node] === 1 || isDrawn(tree, node)) return;
    seen[node] = 1;
    found.push(node);
  }
}

function isDrawn(tree: Tree, node: number): boolean {
  return tree.cardOf.has(node) || tree.chainOf.has(node);
}

function cardAt(tree: Tree, index: number): CardItem | undefined {
  const item = tree.items[index];
  return item?.kind === 'card' ? item : undefined;
}

function isAdjacent(source: CardItem, target: CardItem): boolean {
  return source.side === 'input' && target.side !== 'user' && source.level === target.level + 1;
}
