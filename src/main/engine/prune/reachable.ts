/**
 * Everything that can be reached from the roots, the roots included. Each item is asked for its references once; loops
 * are no trouble.
 */
export function reachable<T>(roots: Iterable<T>, refs: (item: T) => Iterable<T>): Set<T> {
  const seen = new Set<T>(roots);
  const open = [...seen];
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    for (const next of refs(item)) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(next);
    }
  }
  return seen;
}
