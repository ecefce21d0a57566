import type { KeyGraph } from './key-graph.ts';

/**
 * What is drawn of a key graph, before it has a place: a tree of cards and folds that starts at the focus. Inputs
 * grow to the left, users downwards. A record has one card; a link between cards that are not neighbours in the tree
 * is a `Link` where its ends stand in adjacent columns, and else counts in a fold that leads there.
 */

/** Which way from the focus. */
export type Side = 'focus' | 'input' | 'user';

/** The input position, selector and rank among alternatives through which an item hangs on its parent. */
export interface ItemLink {
  readonly input: number;
  readonly selector: string;
  /** 0: the alternative to draw first. */
  readonly rank: number;
}

interface ItemBase {
  /** Stays the same while the same thing is drawn, whatever opens around it. */
  readonly key: string;
  readonly side: Side;
  /** Index of the item nearer to the focus; undefined for the focus. */
  readonly parent: number | undefined;
  /** Links from the focus along the tree: column on the input side, row on the user side. */
  readonly level: number;
  readonly link: ItemLink | undefined;
  /** Children, nearest to the straight line first. Items of one stack are alternatives of the same input. */
  readonly stacks: number[][];
}

/** A record. */
export interface CardItem extends ItemBase {
  readonly kind: 'card';
  readonly node: number;
  /** True where another card of the same stack stands above it: either will do. */
  readonly alternative: boolean;
  /** Folds below the card (or, on the user side, beside it), in this order. */
  readonly hangs: Fold[];
}

/** Something folded that takes the place of a card. */
export interface PillItem extends ItemBase {
  readonly kind: 'pill';
  readonly fold: Fold;
}

export type SceneItem = CardItem | PillItem;

/**
 * `inputs`, `users`: what a card rests on, or leads to, further away from the focus. `chain`: a run of records with
 * one input and one user each. `more-…`: the rest of a long list. These open in place.
 * `other-users`, `other-inputs`: links that lead out of the drawing sideways. `elsewhere`: inputs whose card stands
 * in another place. These open as a list.
 */
export type FoldKind =
  | 'inputs'
  | 'users'
  | 'chain'
  | 'more-inputs'
  | 'more-users'
  | 'more-alternatives'
  | 'other-users'
  | 'other-inputs'
  | 'elsewhere';

/** Records that are not drawn at this place, and how many. What it hides is found when somebody asks. */
export interface Fold {
  /** `<kind>:<id>` of the record it belongs to. */
  readonly key: string;
  readonly kind: FoldKind;
  /** The record it belongs to. */
  readonly owner: number;
  /** Exactly how many records (for `other-…`: and links that are not loaded) are behind it. */
  readonly count: number;
  /** The loaded ones. */
  readonly hidden: readonly number[];
  /** Links of records behind it that are not loaded: `count` is then a lower bound, unless `hidden` is empty. */
  readonly unloaded: number;
}

/** A link between two cards that is drawn although it is not part of the tree. */
export interface CrossLink {
  readonly from: number;
  readonly to: number;
  readonly link: ItemLink;
}

export interface Scene {
  readonly items: readonly SceneItem[];
  readonly crossLinks: readonly CrossLink[];
  /** Record → index of its card. */
  readonly cardOf: ReadonlyMap<number, number>;
  /** Record inside a chain → index of its pill. */
  readonly chainOf: ReadonlyMap<number, number>;
  /** Keys of the `inputs` and `users` folds that are open. */
  readonly expanded: ReadonlySet<string>;
  /** Cards drawn, for "13 of 45 records". */
  readonly cards: number;
}

/** True for a fold that opens where it stands. */
export function opensInPlace(kind: FoldKind): boolean {
  return kind !== 'other-users' && kind !== 'other-inputs' && kind !== 'elsewhere';
}

/** The key of a fold: which kind, of which record. */
export function foldKey(graph: KeyGraph, kind: FoldKind, owner: number): string {
  return `${kind}:${graph.nodes[owner]?.id ?? owner}`;
}
