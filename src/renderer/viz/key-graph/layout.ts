import { type Contour, contourOf, joinContours, offsetBeside, pushLevel } from './contour.ts';
import { FAN_LIMIT } from './grow-tree.ts';
import type { KeyGraph } from './key-graph.ts';
import { type CardItem, type Fold, foldKey, type Scene, type SceneItem } from './scene.ts';

/** Sizes in CSS pixels at zoom 1. */
export const SIZE = {
  card: { width: 154, height: 44 },
  focusHeight: 80,
  pill: { width: 146, height: 26 },
  /** From a column of inputs to the next, between users side by side, and between their rows. */
  columnPitch: 214,
  userGap: 84,
  rowGap: 60,
  /** Between siblings, between alternatives of one input, and from a card to the fold below it. */
  siblingGap: 24,
  alternativeGap: 22,
  hangGap: 20,
  hangPitch: 32,
  /** Beside a card on the user side: inputs that are not drawn. */
  chip: { gap: 9, width: 66, height: 22 },
  portPitch: 22,
} as const;

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A fold that hangs on a card. */
export interface PlacedFold {
  readonly fold: Fold;
  readonly box: Box;
}

/** An item of the scene with its place. The focus card's upper left corner is the origin. */
export interface PlacedItem {
  readonly item: SceneItem;
  readonly box: Box;
  readonly hangs: readonly PlacedFold[];
}

export interface Layout {
  /** In the order of the scene's items. */
  readonly placed: readonly PlacedItem[];
  readonly bounds: Box;
  /** Left edges of the columns that are in use on the input side, by level; 0 is the focus. */
  readonly columns: readonly number[];
}

/**
 * Gives every item its place. Inputs stand in columns to the left of what needs them, the first one straight on;
 * users stand in rows below. The middle input of the focus lies straight before it; what belongs to the inputs above
 * it grows upwards, everything else downwards, so that opening a fold moves only what lies further out.
 * `opened` names the folds that were opened by hand: the place of their pill stays free.
 * @returns boxes that never overlap
 */
export function layOut(graph: KeyGraph, scene: Scene, opened: ReadonlySet<string>): Layout {
  const { items } = scene;
  const focus = items[0];
  if (focus?.kind !== 'card') return { placed: [], bounds: { x: 0, y: 0, width: 0, height: 0 }, columns: [] };
  const inputs = stacksOn(scene, 'input');
  const users = stacksOn(scene, 'user');
  const straight = straightStack(scene);
  const above = new Set(inputs.slice(0, straight).flat());

  const sign = new Array<Sign>(items.length).fill(1);
  for (const [index, item] of items.entries()) {
    if (item.parent !== undefined) sign[index] = above.has(index) ? -1 : (sign[item.parent] ?? 1);
  }
  const packing: Packing = { items, contours: new Array(items.length), offset: new Float64Array(items.length) };
  // Parents come before their children, so backwards every subtree is complete before it is placed.
  for (let index = items.length - 1; index > 0; index--) {
    const item = items[index];
    if (item === undefined) continue;
    const [start, end] = extent(item, item.kind === 'card' && keepsRoom(graph, scene, opened, item.node));
    const inner = pack(packing, item.stacks, sign[index] ?? 1);
    packing.contours[index] = inner ? pushLevel(inner, start, end) : contourOf(start, end);
  }
  const port = portOf(graph, focus, items[inputs[straight]?.[0] ?? 0]?.link?.input);
  packAround(packing, inputs, straight, port);
  pack(packing, users, 1);
  return assemble(graph, items, packing.offset);
}

/** The stacks of the focus on one side. */
function stacksOn({ items }: Scene, side: 'input' | 'user'): readonly (readonly number[])[] {
  return items[0]?.stacks.filter((stack) => items[stack[0] ?? 0]?.side === side) ?? [];
}

/** Which stack of inputs stands straight before the focus: the same whatever folds are open, also of a long list. */
function straightStack(scene: Scene): number {
  return Math.max(0, Math.floor((Math.min(stacksOn(scene, 'input').length, FAN_LIMIT.inputs) - 1) / 2));
}

type Sign = 1 | -1;

interface Packing {
  readonly items: readonly SceneItem[];
  readonly contours: Contour[];
  /** Of each item's middle from its parent's middle, along the axis its siblings are packed on. */
  readonly offset: Float64Array;
}

/** What an item takes up around its middle along that axis; `keep`: the place of an `inputs` fold, there or not. */
function extent(item: SceneItem, keep: boolean): readonly [number, number] {
  if (item.side === 'user') return [-SIZE.card.width / 2, SIZE.card.width / 2];
  if (item.kind === 'pill') return [-SIZE.pill.height / 2, SIZE.pill.height / 2];
  const hangs = item.hangs.filter((fold) => fold.kind !== 'inputs').length + (keep ? 1 : 0);
  const below = hangs === 0 ? 0 : SIZE.hangGap + SIZE.hangPitch * (hangs - 1) + SIZE.pill.height;
  return [-SIZE.card.height / 2, SIZE.card.height / 2 + below];
}

/** True for a card that has an `inputs` fold, had one before it was opened by hand, or lost it to a fold elsewhere. */
function keepsRoom(graph: KeyGraph, scene: Scene, opened: ReadonlySet<string>, node: number): boolean {
  const key = foldKey(graph, 'inputs', node);
  const hasInputs = (graph.inputs[node]?.length ?? 0) > 0 || (graph.nodes[node]?.hiddenInputs ?? 0) > 0;
  return hasInputs && (opened.has(key) || !scene.expanded.has(key));
}

/** Packs the stacks of one item, the first straight on, and answers their common outline. */
function pack(packing: Packing, stacks: readonly (readonly number[])[], sign: Sign): Contour | undefined {
  const ordered = sign > 0 ? stacks : stacks.toReversed();
  let outline: Contour | undefined;
  for (const stack of ordered) outline = packBeside(packing, outline, stack, sign);
  return outline;
}

/** Packs the inputs of the focus: one at its port, those before it upwards, those after it downwards. */
function packAround(packing: Packing, stacks: readonly (readonly number[])[], straight: number, port: number): void {
  const middle = stacks[straight];
  if (middle === undefined) return;
  const center = stackContour(packing, middle);
  moveStack(packing, middle, center, port);
  let outline = center;
  for (const stack of stacks.slice(0, straight).toReversed()) outline = packBeside(packing, outline, stack, -1);
  for (const stack of stacks.slice(straight + 1)) outline = packBeside(packing, outline, stack, 1);
}

function packBeside(packing: Packing, outline: Contour | undefined, stack: readonly number[], sign: Sign): Contour {
  const contour = stackContour(packing, stack);
  if (outline === undefined) return contour;
  const isUser = packing.items[stack[0] ?? 0]?.side === 'user';
  const gap = isUser ? SIZE.userGap : SIZE.siblingGap;
  moveStack(packing, stack, contour, offsetBeside(outline, contour, sign, gap));
  return joinContours(outline, contour);
}

/** The outline of alternatives that hang below one another. */
function stackContour(packing: Packing, stack: readonly number[]): Contour {
  let outline: Contour | undefined;
  for (const index of stack) {
    const contour = packing.contours[index] ?? contourOf(0, 0);
    if (outline === undefined) {
      outline = contour;
      continue;
    }
    const offset = offsetBeside(outline, contour, 1, SIZE.siblingGap, SIZE.alternativeGap);
    contour.shift += offset;
    packing.offset[index] = offset;
    outline = joinContours(outline, contour);
  }
  return outline ?? contourOf(0, 0);
}

function moveStack(packing: Packing, stack: readonly number[], contour: Contour, by: number): void {
  contour.shift += by;
  for (const index of stack) packing.offset[index] = (packing.offset[index] ?? 0) + by;
}

/** How far below the top of a card its input arrives. Ports of the focus stand around its middle. */
export function portOf(graph: KeyGraph, card: CardItem, input: number | undefined): number {
  if (card.side !== 'focus') return SIZE.card.height / 2;
  const slots = graph.inputs[card.node] ?? [];
  const found = slots.findIndex((slot) => slot.input === input);
  const last = portsOf(graph) - 1;
  const at = Math.min(found < 0 ? last : found, last);
  return focusHeight(graph) / 2 + SIZE.portPitch * (at - last / 2);
}

/** Ports drawn on the focus: the last one is for all inputs beyond the limit. */
function portsOf(graph: KeyGraph): number {
  return Math.max(1, Math.min((graph.inputs[graph.focus] ?? []).length, FAN_LIMIT.inputs + 1));
}

function focusHeight(graph: KeyGraph): number {
  return Math.max(SIZE.focusHeight, SIZE.portPitch * (portsOf(graph) - 1) + 36);
}

function assemble(graph: KeyGraph, items: readonly SceneItem[], offset: Float64Array): Layout {
  const height = focusHeight(graph);
  const along = new Float64Array(items.length);
  const columns: number[] = [];
  const placed = items.map((item, index): PlacedItem => {
    along[index] = (item.parent === undefined ? 0 : (along[item.parent] ?? 0)) + (offset[index] ?? 0);
    const box = boxOf(item, along[index] ?? 0, height);
    if (item.side === 'input') columns[item.level] = -item.level * SIZE.columnPitch;
    return { item, box, hangs: item.kind === 'card' ? placeHangs(item, box) : [] };
  });
  columns[0] = 0;
  return { placed, bounds: boundsOf(placed), columns };
}

function boxOf(item: SceneItem, middle: number, focusHeight: number): Box {
  const size = item.kind === 'pill' ? SIZE.pill : SIZE.card;
  const inset = (SIZE.card.width - size.width) / 2;
  if (item.side === 'focus') return { x: 0, y: 0, width: SIZE.card.width, height: focusHeight };
  if (item.side === 'input') {
    return { x: -item.level * SIZE.columnPitch + inset, y: middle - size.height / 2, ...size };
  }
  const row = focusHeight + SIZE.rowGap + (item.level - 1) * (SIZE.card.height + SIZE.rowGap);
  return { x: middle + inset, y: row + (SIZE.card.height - size.height) / 2, ...size };
}

function placeHangs(card: CardItem, box: Box): PlacedFold[] {
  let below = 0;
  return card.hangs.map((fold) => {
    if (fold.kind === 'other-inputs') {
      const { gap, width, height } = SIZE.chip;
      return { fold, box: { x: box.x + box.width + gap, y: box.y + (box.height - height) / 2, width, height } };
    }
    const y = box.y + box.height + SIZE.hangGap + SIZE.hangPitch * below++;
    return { fold, box: { x: box.x + (box.width - SIZE.pill.width) / 2, y, ...SIZE.pill } };
  });
}

function boundsOf(placed: readonly PlacedItem[]): Box {
  let [left, top, right, bottom] = [0, 0, 0, 0];
  for (const { box, hangs } of placed) {
    for (const each of [box, ...hangs.map((hang) => hang.box)]) {
      left = Math.min(left, each.x);
      top = Math.min(top, each.y);
      right = Math.max(right, each.x + each.width);
      bottom = Math.max(bottom, each.y + each.height);
    }
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}
