import type { Fold } from './scene.ts';

/**
 * How much of a key graph is open. `opened` is in the order of opening, because a record that two folds lead to keeps
 * the place where it was shown first.
 */
export interface Unfolding {
  /** Links from the focus that are open to begin with. */
  readonly depth: number;
  /** Fold key → how far: levels for `inputs` and `users`, records for all others. */
  readonly opened: ReadonlyMap<string, number>;
  readonly closed: ReadonlySet<string>;
}

/** Everything up to `depth` links away, nothing else. */
export function unfoldedTo(depth: number): Unfolding {
  return { depth, opened: new Map(), closed: new Set() };
}

/** Opens a fold by `amount`, or further by `amount` where it is open already. */
export function openFold(unfolding: Unfolding, key: string, amount: number): Unfolding {
  const opened = new Map(unfolding.opened).set(key, (unfolding.opened.get(key) ?? 0) + amount);
  const closed = new Set(unfolding.closed);
  closed.delete(key);
  return { ...unfolding, opened, closed };
}

/** Folds what a card leads to. */
export function closeFold(unfolding: Unfolding, key: string): Unfolding {
  const opened = new Map(unfolding.opened);
  opened.delete(key);
  return { ...unfolding, opened, closed: new Set(unfolding.closed).add(key) };
}

/** A fold of up to so many records opens completely. */
const WHOLE = 12;
const FAR = 10_000;

/** How far a fold opens at once; `far`: as far as it goes. A small one opens completely either way. */
export function openingAmount(fold: Fold, far: boolean): number {
  const isLevels = fold.kind === 'inputs' || fold.kind === 'users';
  if (far || (isLevels && fold.unloaded === 0 && fold.count <= WHOLE)) return FAR;
  return isLevels ? 2 : WHOLE;
}
