import type { Crossing } from './crossing.ts';

/** Parts of which the page's script is put together; each is a function that stands alone. */
export interface MainWorldParts {
  readonly createCrossing: (own: string, other: string, onValue: (name: string, value: unknown) => void) => Crossing;
  /** Names of the events that reach this world and the preload's. */
  readonly own: string;
  readonly other: string;
}

/** Runs in the page before its own scripts: puts what the preload exposes on `window`. */
export function mainWorld({ createCrossing, own, other }: MainWorldParts): void {
  if (window !== window.top) return;
  const freeze = (value: unknown): void => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || Object.isFrozen(value)) return;
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  };
  createCrossing(own, other, (key, api) => {
    if (key in window)
      throw new Error(`Cannot bind an API on top of an existing property on the window object: ${key}`);
    // "all other values are copied and frozen": electronjs.org/docs/latest/api/context-bridge
    freeze(api);
    Object.defineProperty(window, key, { value: api, enumerable: true });
  });
}
