import type { Box, Layout } from './layout.ts';
import type { Fold, Scene } from './scene.ts';

/** Something that can be pointed at and walked to: a card, or a fold. */
export interface Spot {
  readonly key: string;
  readonly box: Box;
  /** Index of the item it is, or hangs on. */
  readonly item: number;
  /** The record, for a card. */
  readonly node: number | undefined;
  readonly fold: Fold | undefined;
}

/** All spots of a layout, items in order, each followed by what hangs on it. */
export function spotsOf(layout: Layout): Spot[] {
  return layout.placed.flatMap(({ item, box, hangs }, index): Spot[] => [
    {
      key: item.key,
      box,
      item: index,
      node: item.kind === 'card' ? item.node : undefined,
      fold: item.kind === 'pill' ? item.fold : undefined,
    },
    ...hangs.map(({ fold, box: place }) => ({ key: fold.key, box: place, item: index, node: undefined, fold })),
  ]);
}

/** The spot at a point of the world, with `slack` around it. */
export function spotAt(spots: readonly Spot[], x: number, y: number, slack = 0): Spot | undefined {
  return spots.find(
    ({ box }) =>
      x >= box.x - slack && x <= box.x + box.width + slack && y >= box.y - slack && y <= box.y + box.height + slack,
  );
}

export type Step = 'left' | 'right' | 'up' | 'down';

/**
 * Where a step leads. On the input side left and right follow links, to the input straight on and back to what needs it;
 * up and down go along the column. Below the focus down and up follow links, left and right go along the row.
 */
export function walk(scene: Scene, spots: readonly Spot[], from: Spot, step: Step): Spot | undefined {
  const item = scene.items[from.item];
  if (item === undefined) return undefined;
  const hangs = from.key !== item.key;
  const parent =
    item.parent === undefined ? undefined : spots.find((s) => s.key === scene.items[item.parent ?? 0]?.key);
  const owner = hangs ? spots.find((s) => s.key === item.key) : undefined;
  const children = hangs ? [] : childSpots(scene, spots, from.item);
  const onInputs = children.filter((s) => scene.items[s.item]?.side === 'input');
  const onUsers = children.filter((s) => scene.items[s.item]?.side === 'user');
  const isUserSide = item.side === 'user';
  switch (step) {
    case 'left':
      if (isUserSide) return owner ?? along(spots, from, 'x', -1);
      return nearest(onInputs, from);
    case 'right':
      if (item.side === 'focus') return nearest(onUsers, from);
      return isUserSide ? along(spots, from, 'x', 1) : (owner ?? parent);
    case 'down':
      if (item.side === 'input') return along(spots, from, 'y', 1);
      return (
        nearest(onUsers, from) ??
        (hangs ? undefined : spots.find((s) => s.item === from.item && s.box.y > from.box.y + from.box.height))
      );
    case 'up':
      if (item.side === 'input') return along(spots, from, 'y', -1);
      return owner ?? parent;
  }
}

function childSpots(scene: Scene, spots: readonly Spot[], index: number): Spot[] {
  const keys = new Set((scene.items[index]?.stacks ?? []).flat().map((child) => scene.items[child]?.key));
  return spots.filter((spot) => keys.has(spot.key));
}

function middle({ box }: Spot): { readonly x: number; readonly y: number } {
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

function nearest(spots: readonly Spot[], from: Spot): Spot | undefined {
  const at = middle(from);
  const far = (spot: Spot) => Math.hypot(middle(spot).x - at.x, middle(spot).y - at.y);
  return spots.toSorted((a, b) => far(a) - far(b))[0];
}

/** The next spot in the same column (`y`) or row (`x`). */
function along(spots: readonly Spot[], from: Spot, axis: 'x' | 'y', sign: 1 | -1): Spot | undefined {
  const across = axis === 'x' ? 'y' : 'x';
  const at = middle(from);
  const ahead = spots.filter((spot) => {
    const other = middle(spot);
    return (other[axis] - at[axis]) * sign > 1 && Math.abs(other[across] - at[across]) < 12;
  });
  return ahead.toSorted((a, b) => (middle(a)[axis] - middle(b)[axis]) * sign)[0];
}
