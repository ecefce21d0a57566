import { describeMoteCache } from '../../../engine/ports/mote-cache.suite.ts';
import { createMemoryMotes, MemoryMoteCache } from './memory-mote-cache.ts';

describeMoteCache('memory', async () => {
  const motes = createMemoryMotes();
  let refs = 0;
  return {
    open: async () => new MemoryMoteCache(motes),
    stage: async (bytes) => {
      const ref = `staged:${++refs}`;
      motes.staged.set(ref, bytes);
      return ref;
    },
    isStaged: async (ref) => motes.staged.has(ref),
    [Symbol.asyncDispose]: async () => {},
  };
});
