/** A set that gives its least item first. */
export interface Heap<T> {
  push(item: T): void;
  /** The least item, taken out; undefined when there is none. */
  pop(): T | undefined;
}

/** A binary heap over `items`, which it takes over. Linear to make, logarithmic to push and pop. */
export function createHeap<T>(items: T[], compare: (a: T, b: T) => number): Heap<T> {
  const less = (a: number, b: number) => compare(items[a] as T, items[b] as T) < 0;
  const swap = (a: number, b: number) => {
    [items[a], items[b]] = [items[b] as T, items[a] as T];
  };
  const sink = (start: number) => {
    for (let at = start; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < items.length && less(child, least)) least = child;
      if (least === at) return;
      swap(at, least);
      at = least;
    }
  };
  for (let at = (items.length >> 1) - 1; at >= 0; at -= 1) sink(at);
  return {
    push: (item) => {
      items.push(item);
      for (let at = items.length - 1; at > 0; ) {
        const parent = (at - 1) >> 1;
        if (!less(at, parent)) return;
        swap(at, parent);
        at = parent;
      }
    },
    pop: () => {
      const least = items[0];
      const last = items.pop();
      if (items.length > 0 && last !== undefined) {
        items[0] = last;
        sink(0);
      }
      return least;
    },
  };
}
