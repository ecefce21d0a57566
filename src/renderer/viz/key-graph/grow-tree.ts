import { type Direction, distinctUsers, nextOf, runFrom } from './chain.ts';
import { makeFold } from './fold.ts';
import type { InputSlot, KeyGraph } from './key-graph.ts';
import {
  type CardItem,
  type Fold,
  type FoldKind,
  foldKey,
  type ItemLink,
  type PillItem,
  type SceneItem,
  type Side,
} from './scene.ts';
import type { Unfolding } from './unfolding.ts';

/** Inputs, users and alternatives of one record that are drawn before the rest is folded. */
export const FAN_LIMIT = { inputs: 12, users: 6, alternatives: 3 } as const;
/** A run of records with one input and one user each is folded from this length on. */
export const CHAIN_LIMIT = 6;
/** Cards drawn at once; what lies beyond stays folded until it is asked for. */
export const CARD_LIMIT = 2000;

/** The folds that hold the rest of a long list, and how much of it is shown at first. */
const FIRST = {
  'more-inputs': FAN_LIMIT.inputs,
  'more-users': FAN_LIMIT.users,
  'more-alternatives': FAN_LIMIT.alternatives,
} as const;
export type RestKind = keyof typeof FIRST;

/** How much of a long list of a record is shown. */
export function limitOf(graph: KeyGraph, unfolding: Unfolding, kind: RestKind, node: number): number {
  return FIRST[kind] + (unfolding.opened.get(foldKey(graph, kind, node)) ?? 0);
}

/** Where an item hangs. */
interface Place {
  readonly side: Side;
  readonly parent: number | undefined;
  readonly level: number;
  readonly link: ItemLink | undefined;
}

/** The tree of cards and inline folds, without the folds that hang on cards. */
export interface Tree {
  readonly items: readonly SceneItem[];
  /** Record → index of its card. */
  readonly cardOf: ReadonlyMap<number, number>;
  /** Record inside a chain → index of its pill. */
  readonly chainOf: ReadonlyMap<number, number>;
  /** Keys of the `inputs` and `users` folds that are open. */
  readonly expanded: ReadonlySet<string>;
}

/**
 * Chooses the cards: breadth first from the focus up to the depth, so that a record stands as near as it can; then
 * what was opened by hand, in that order, so that a card never changes its place when another fold opens.
 */
export function growTree(graph: KeyGraph, unfolding: Unfolding): Tree {
  const grower = new TreeGrower(graph, unfolding);
  grower.growToDepth();
  grower.growOpened();
  return grower;
}

class TreeGrower implements Tree {
  readonly items: SceneItem[] = [];
  readonly cardOf = new Map<number, number>();
  readonly chainOf = new Map<number, number>();
  readonly expanded = new Set<string>();
  readonly #graph: KeyGraph;
  readonly #unfolding: Unfolding;
  #waiting: { readonly item: number; readonly levels: number }[] = [];

  constructor(graph: KeyGraph, unfolding: Unfolding) {
    this.#graph = graph;
    this.#unfolding = unfolding;
  }

  growToDepth(): void {
    const place = { side: 'focus', parent: undefined, level: 0, link: undefined } as const;
    this.#waiting.push({ item: this.#addCard(this.#graph.focus, place, false), levels: this.#unfolding.depth });
    this.#drain(CARD_LIMIT);
  }

  growOpened(): void {
    // A fold may only come into view when another one opens: repeat until nothing more opens.
    for (let again = true; again; ) {
      again = false;
      for (const [key, levels] of this.#unfolding.opened) {
        const card = this.expanded.has(key) ? undefined : this.#cardOfFold(key);
        if (card === undefined) continue;
        this.#expand(card, key.startsWith('users:') ? 'user' : 'input', levels);
        this.#drain(CARD_LIMIT * 2);
        again = true;
      }
    }
  }

  /** The drawn card whose `inputs` or `users` a key names, if these lie away from the focus. */
  #cardOfFold(key: string): CardItem | undefined {
    const [kind, id] = [key.slice(0, key.indexOf(':')), key.slice(key.indexOf(':') + 1)];
    if (kind !== 'inputs' && kind !== 'users') return undefined;
    const node = this.#graph.indexOf.get(id);
    const item = node === undefined ? undefined : this.items[this.cardOf.get(node) ?? -1];
    if (item?.kind !== 'card' || this.#unfolding.closed.has(key)) return undefined;
    return item.side === 'focus' || (item.side === 'user') === (kind === 'users') ? item : undefined;
  }

  #drain(limit: number): void {
    // An index instead of shift(): the queue may hold thousands.
    for (let i = 0; i < this.#waiting.length && this.cardOf.size < limit; i++) {
      const { item: index, levels } = this.#waiting[i] ?? { item: -1, levels: 0 };
      const item = this.items[index];
      if (item?.kind !== 'card' || levels <= 0) continue;
      if (item.side !== 'user') this.#expand(item, 'input', levels);
      if (item.side !== 'input') this.#expand(item, 'user', levels);
    }
    this.#waiting = [];
  }

  #expand(item: CardItem, direction: Direction, levels: number): void {
    const key = this.#key(direction === 'input' ? 'inputs' : 'users', item.node);
    if (this.expanded.has(key) || this.#unfolding.closed.has(key)) return;
    this.expanded.add(key);
    if (direction === 'input') this.#expandInputs(item, levels);
    else this.#expandUsers(item, levels);
  }

  #expandInputs(item: CardItem, levels: number): void {
    const slots = this.#graph.inputs[item.node] ?? [];
    for (const slot of slots.slice(0, limitOf(this.#graph, this.#unfolding, 'more-inputs', item.node))) {
      const stack = this.#growStack(item, slot, levels);
      if (stack.length > 0) item.stacks.push(stack);
    }
  }

  #growStack(item: CardItem, slot: InputSlot, levels: number): number[] {
    const stack: number[] = [];
    const limit = limitOf(this.#graph, this.#unfolding, 'more-alternatives', item.node);
    for (const [rank, { node, selector }] of slot.alternatives.slice(0, limit).entries()) {
      if (this.#isDrawn(node)) continue;
      const place = this.#placeOn(item, 'input', { input: slot.input, selector, rank });
      stack.push(this.#growChild(node, 'input', place, levels, stack.length > 0));
    }
    return stack;
  }

  #expandUsers(item: CardItem, levels: number): void {
    const users = distinctUsers(this.#graph.users[item.node] ?? []);
    const limit = limitOf(this.#graph, this.#unfolding, 'more-users', item.node);
    for (const user of users.slice(0, limit)) {
      if (this.#isDrawn(user.node)) continue;
      const place = this.#placeOn(item, 'user', user);
      item.stacks.push([this.#growChild(user.node, 'user', place, levels, false)]);
    }
  }

  /** Adds a card, or where a long chain begins its near end and a pill for the rest; answers the item nearest to the parent. */
  #growChild(node: number, direction: Direction, place: Place, levels: number, alternative: boolean): number {
    const run = levels > CHAIN_LIMIT && !alternative ? runFrom(this.#graph, node, direction) : [];
    const shown = this.#opened('chain', node);
    if (run.length >= CHAIN_LIMIT) return this.#growChain(run, shown, direction, place, levels);
    const child = this.#addCard(node, place, alternative);
    this.#waiting.push({ item: child, levels: levels - 1 });
    return child;
  }

  #growChain(run: readonly number[], shown: number, direction: Direction, start: Place, levels: number): number {
    // A pill for a single record would take as much room as its card.
    const cards = run.length - shown < 2 ? run : run.slice(0, shown);
    const folded = run.slice(cards.length);
    const first = this.items.length;
    let place = start;
    const advance = (item: number, last: number): void => {
      if (place !== start && place.parent !== undefined) this.items[place.parent]?.stacks.push([item]);
      const link = nextOf(this.#graph, last, direction);
      place = { side: start.side, parent: item, level: place.level + 1, link };
    };
    for (const member of cards) {
      this.expanded.add(this.#key(direction === 'input' ? 'inputs' : 'users', member));
      advance(this.#addCard(member, place, false), member);
    }
    if (folded.length > 0) {
      const pill = this.#addPill(
        makeFold(this.#graph, 'chain', run[0] ?? 0, () => folded),
        place,
      );
      for (const member of folded) this.chainOf.set(member, pill);
      advance(pill, folded.at(-1) ?? 0);
    }
    const next = nextOf(this.#graph, run.at(-1) ?? 0, direction)?.node;
    if (next !== undefined && !this.#isDrawn(next)) {
      const after = this.#addCard(next, place, false);
      if (place.parent !== undefined) this.items[place.parent]?.stacks.push([after]);
      this.#waiting.push({ item: after, levels: levels - 2 });
    }
    return first;
  }

  #addCard(node: number, place: Place, alternative: boolean): number {
    const key = `record:${this.#graph.nodes[node]?.id ?? node}`;
    const card: CardItem = { kind: 'card', key, node, ...place, alternative, stacks: [], hangs: [] };
    this.cardOf.set(node, this.items.length);
    return this.items.push(card) - 1;
  }

  #addPill(fold: Fold, place: Place): number {
    const pill: PillItem = { kind: 'pill', key: fold.key, fold, ...place, stacks: [] };
    return this.items.push(pill) - 1;
  }

  #placeOn(item: CardItem, side: Side, link: ItemLink | undefined): Place {
    return { side, parent: this.cardOf.get(item.node), level: item.level + 1, link };
  }

  #isDrawn(node: number): boolean {
    return this.cardOf.has(node) || this.chainOf.has(node);
  }

  #opened(kind: FoldKind, node: number): number {
    return this.#unfolding.opened.get(this.#key(kind, node)) ?? 0;
  }

  #key(kind: FoldKind, node: number): string {
    return foldKey(this.#graph, kind, node);
  }
}
