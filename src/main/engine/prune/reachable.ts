/** What has been reached: a `Set`, or a column where items are numbers. */
export interface Reached<T> {
  has(item: T): boolean;
  add(item: T): unknown;
}

/**
 * Adds to `reached` everything that can be reached from the roots, the roots included. Each item is asked for its
 * references once; loops are no trouble.
 * @returns `reached`
 */
export function reachable<T, R extends Reached<T>>(roots: Iterable<T>, refs: (item: T) => Iterable<T>, reached: R): R {
  const open: T[] = [];
  const reach = (item: T): void => {
    if (reached.has(item)) return;
    reached.add(item);
    open.push(item);
  };
  for (const root of roots) reach(root);
  for (let item = open.pop(); item !== undefined; item = open.pop()) for (const next of refs(item)) reach(next);
  return reached;
}
