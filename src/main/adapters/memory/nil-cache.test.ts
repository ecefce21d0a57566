import { describeMoteCache } from '../../engine/ports/mote-cache.suite.ts';
import { NilCache } from './nil-cache.ts';

describeMoteCache(
  'switched off',
  async () => ({
    open: async () => new NilCache(),
    stage: async () => 'staged',
    isStaged: async () => true,
    [Symbol.asyncDispose]: async () => {},
  }),
  { keeps: false },
);
