/** A value that can be watched, in the shape `useSyncExternalStore` asks for. */
export interface SignalValue<T> {
  get(): T;
  set(value: T): void;
  /** Calls back after each change until the returned function is called. */
  subscribe(listener: () => void): () => void;
}

/** A watched value that starts as `initial`. */
export function createSignalValue<T>(initial: T): SignalValue<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      value = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
