import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createStoreOpener } from '../../adapters/file/store-opener.ts';
import { createTestFolder, type TestFolder } from '../../adapters/file/testing/store-folder.ts';
import { openSource } from '../../adapters/oci-layout/index.ts';
import { FIXTURES } from '../testing/real-caches.ts';
import { createLayoutTarget } from './layout-target.ts';
import { overtaken } from './name-at-target.ts';
import { transferCaches } from './transfer.ts';

let folder: TestFolder;
beforeEach(async () => {
  folder = await createTestFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

/** Adds the sample to what a layout holds, where somebody else is faster to write so many times. */
async function addOvertaken(times: number, merge = true) {
  const source = await openSource(join(FIXTURES, 'sample'));
  const openLayout = async () =>
    createLayoutTarget((await createStoreOpener().openLayout(folder.at('to'), { create: true })) ?? expect.fail());
  const first = await transferCaches({ source, openTarget: openLayout, options: { mode: 'min' } });
  const waits: number[] = [];
  let switches = 0;
  let reads = 0;
  const target = await openLayout();
  const work = transferCaches({
    source,
    options: { mode: 'max', merge },
    openTarget: async () => ({
      ...target,
      switchReferences: async (references, options) => {
        switches += 1;
        if (switches <= times) throw overtaken(references[0]?.ref ?? '');
        return target.switchReferences(references, options);
      },
    }),
    merging: {
      openPlace: async (location) => {
        reads += 1;
        return openSource(location);
      },
      clock: {
        wait: async (ms) => {
          waits.push(ms);
        },
      },
    },
  });
  const ended = await work.then(
    (report) => ({ report, error: undefined }),
    (error: unknown) => ({ report: undefined, error }),
  );
  return { first, waits, switches, reads, ...ended };
}

test('a cache that was overtaken twice is joined anew with what stands there, and is written the third time', async () => {
  const { report, error, switches, reads, waits, first } = await addOvertaken(2);
  expect(error).toBeUndefined();
  expect({ switches, reads, waits: waits.length }).toEqual({ switches: 3, reads: 3, waits: 2 });
  for (const ms of waits) expect(ms).toBeLessThanOrEqual(200);
  const [written] = (await (await openSource(folder.at('to'))).read()).caches;
  expect(written?.manifest?.digest).toBe(report?.manifest.digest);
  expect(report?.caches?.[0]).toMatchObject({ records: first.caches?.[0]?.records, addedRecords: 0 });
});

test('one that is overtaken without end is given up after thirty tries, and what stood there stays', async () => {
  const { error, switches, first } = await addOvertaken(1_000);
  expect(error).toMatchObject({ code: 'CONFLICT' });
  expect(switches).toBe(30);
  const [kept] = (await (await openSource(folder.at('to'))).read()).caches;
  expect(kept?.manifest?.digest).toBe(first.manifest.digest);
});

test('one that adds to nothing is not tried again', async () => {
  const { error, switches, reads } = await addOvertaken(1, false);
  expect(error).toMatchObject({ code: 'CONFLICT' });
  expect({ switches, reads }).toEqual({ switches: 1, reads: 0 });
});
