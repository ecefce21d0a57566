import type { RecentSource, RecentSources } from '../../engine/ports/app-state.ts';

/** A list of sources that lasts as long as this object: for commands, which leave no trace of what they opened. */
export function createMemoryRecents(): RecentSources {
  const sources = new Map<string, RecentSource>();
  return {
    list: () => [...sources.values()].sort((a, b) => a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1)),
    put: (source) => {
      sources.set(source.id, source);
    },
    remove: (id) => {
      sources.delete(id);
    },
  };
}
