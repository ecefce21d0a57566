import { randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { createMemoryStoreFiles } from './testing/memory-store-files.ts';
import { Crash, createStoreModel, sequence } from './testing/store-model.ts';

/** 10,000 sequences with CACHEWRIGHT_LONG=1, else some, from a seed that is printed. */
const isLong = process.env.CACHEWRIGHT_LONG === '1';
const SEQUENCES = isLong ? 10_000 : 150;
const ACTIONS = 14;
const first = Number(process.env.SEED ?? randomInt(1_000_000_000));

test.each([
  { name: 'imports, prunes, undos of any batch, emptyings and a clock that is set back', crashes: false },
  { name: 'the same, with processes that end in the middle', crashes: true },
])(
  `${SEQUENCES} sequences from ${first}, $name: undone, every cache is there`,
  async ({ crashes }) => {
    let caches = 0;
    for (let seed = first; seed < first + SEQUENCES; seed += 1) {
      const pick = sequence(seed);
      let left = Number.POSITIVE_INFINITY;
      let isFault = false;
      const beforeStep = () => {
        left -= 1;
        // A fault passes; a process that has ended takes no step more.
        if (left === 0 || (left < 0 && !isFault)) throw new Crash('crash');
      };
      const files = createMemoryStoreFiles(beforeStep, () => pick(1_000_000));
      const model = createStoreModel(files, pick);
      try {
        for (let action = 0; action < ACTIONS; action += 1) {
          isFault = pick(2) === 0;
          left = crashes && pick(3) === 0 ? pick(30) + 1 : Number.POSITIVE_INFINITY;
          await model.act(() => (left = Number.POSITIVE_INFINITY));
          await model.checkReferences();
        }
        await model.undoAll();
        caches += await model.checkAllIsThere();
      } catch (error) {
        throw new Error(`sequence ${seed}: run it again with SEED=${seed}`, { cause: error });
      }
    }
    expect(caches).toBeGreaterThan(SEQUENCES);
  },
  isLong ? 3_600_000 : 60_000,
);
