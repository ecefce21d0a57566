/** Keeps the last few results of a computation. A failed one is not kept; one that is under way is shared. */
export interface Recent<T> {
  get(key: string, compute: () => Promise<T>): Promise<T>;
  /** True when the result of this key is kept or under way. */
  has(key: string): boolean;
}

/** @param limit results kept; the one used longest ago goes first */
export function createRecent<T>(limit: number): Recent<T> {
  const kept = new Map<string, Promise<T>>();
  return {
    has: (key) => kept.has(key),
    get(key, compute) {
      const known = kept.get(key);
      kept.delete(key);
      const result = known ?? compute();
      kept.set(key, result);
      if (known === undefined) result.catch(() => kept.get(key) === result && kept.delete(key));
      for (const oldest of kept.keys()) {
        if (kept.size <= limit) break;
        kept.delete(oldest);
      }
      return result;
    },
  };
}
