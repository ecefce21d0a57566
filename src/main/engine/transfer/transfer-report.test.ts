import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CacheError } from '../../../shared/base/errors.ts';
import type { JobProgress } from '../../../shared/model/job.ts';
import type { TransferOptions } from '../../../shared/model/transfer.ts';
import { createStaging } from '../../adapters/file/staging.ts';
import { createStoreOpener } from '../../adapters/file/store-opener.ts';
import { createTestFolder, startOn, type TestFolder, wholenessOf } from '../../adapters/file/testing/store-folder.ts';
import { openSource } from '../../adapters/oci-layout/index.ts';
import type { CacheSource } from '../ports/cache-source.ts';
import type { LayoutStore } from '../ports/managed-store.ts';
import { FIXTURES } from '../testing/real-caches.ts';
import { createLayoutTarget } from './layout-target.ts';
import type { Transfer } from './run.ts';
import { transferCaches } from './transfer.ts';

let folder: TestFolder;
let source: CacheSource;
beforeEach(async () => {
  folder = await createTestFolder();
  source = await openSource(join(FIXTURES, 'sample'));
});
afterEach(() => folder[Symbol.asyncDispose]());

function transfer(
  open: () => Promise<LayoutStore>,
  options: Partial<TransferOptions> = {},
  rest: Partial<Transfer> = {},
) {
  return transferCaches({
    source,
    openTarget: async () => createLayoutTarget(await open()),
    options: { mode: 'max', ...options },
    staging: createStaging(async () => folder.at('staging')),
    ...rest,
  });
}

const layout = (name: string) => async () =>
  (await createStoreOpener().openLayout(folder.at(name), { create: true })) ?? expect.fail('no layout');

describe('a transfer', () => {
  test('counts what was copied and what was there, and tells how far it is', async () => {
    const steps: JobProgress[] = [];
    const first = await transfer(layout('to'), {}, { onProgress: (step) => steps.push(step as JobProgress) });
    const { blobsCopied, bytesCopied } = first;
    expect(blobsCopied).toBeGreaterThan(5);
    expect(first).toMatchObject({ blobsSkipped: 0, resultsLeftOut: 0, warnings: [] });
    expect(first.blobsMounted).toBeUndefined();
    const copying = steps.filter(({ phase, subject }) => phase === 'Copying' && subject !== undefined);
    expect(copying.length).toBeGreaterThan(0);
    expect(copying.at(-1)).toMatchObject({ done: bytesCopied, total: bytesCopied, unit: 'bytes' });
    const second = await transfer(layout('to'));
    expect(second).toMatchObject({ blobsCopied: 0, bytesCopied: 0, blobsSkipped: blobsCopied });
    expect(second.manifest).toEqual(first.manifest);
  });

  test('says which reference of a layout is replaced', async () => {
    await transfer(layout('to'));
    const { warnings } = await transfer(layout('to'), { mode: 'min' });
    expect(warnings).toEqual(['latest leads to another cache there: that reference is replaced.']);
    expect((await transfer(layout('to'), { mode: 'min' })).warnings).toEqual([]);
  });

  test('sets a single damaged blob of a store aside and brings it anew', async () => {
    const store = () => startOn(folder.at('store'));
    const { blobsCopied } = await transfer(store);
    const [layer = ''] = (await source.read()).caches.flatMap(({ descriptors }) =>
      descriptors.map(({ digest }) => digest),
    );
    await truncate(join(folder.at('store'), 'blobs', ...layer.split(':')), 3);
    const again = await transfer(store);
    expect(again).toMatchObject({ blobsCopied: 1, blobsSkipped: blobsCopied - 1 });
    expect(again.warnings).toEqual(['1 blob lay damaged in the store and is in quarantine now.']);
    expect(await wholenessOf(folder.at('store'))).toMatchObject({ missing: [], corrupt: [] });
    expect((await transfer(store)).warnings).toEqual([]);
  });
});

describe('a transfer into another compression', () => {
  test('packs each layer once: a second one finds those of the first by what they unpack to', async () => {
    const logs: string[][] = [[], []];
    const run = (at: 0 | 1) =>
      transfer(layout('zstd'), { compression: 'zstd' }, { log: (line) => logs[at]?.push(line) });
    const first = await run(0);
    expect(first.blobsCopied).toBeGreaterThan(5);
    expect(logs[0]).toContain(`${first.blobsCopied} of ${first.blobsCopied} layers are recompressed`);
    const second = await run(1);
    expect(second).toMatchObject({ blobsCopied: 0, blobsSkipped: first.blobsCopied, resultsLeftOut: 0 });
    expect(logs[1]).toContain(`0 of ${first.blobsCopied} layers are recompressed`);
    expect(second.manifest).toEqual(first.manifest);
  });

  test('leaves out what is damaged in the source, and fails for anything else', async () => {
    const [cache] = (await source.read()).caches;
    const [bad = ''] = cache?.descriptors.map(({ digest }) => digest).slice(-1) ?? [];
    const damaged: CacheSource = {
      ...source,
      openBlob: async (digest) => {
        if (digest === bad) throw new CacheError('NOT_FOUND', 'It is gone.', { subject: digest });
        return source.openBlob(digest);
      },
    };
    const report = await transfer(layout('less'), { compression: 'zstd' }, { source: damaged });
    expect(report.resultsLeftOut).toBeGreaterThan(0);
    expect(report.warnings).toContain(`${bad} cannot be copied: It is gone.`);
    const silent: CacheSource = {
      ...source,
      openBlob: () => Promise.reject(new CacheError('UNAVAILABLE', 'No answer.')),
    };
    const failing = transfer(layout('none'), { compression: 'zstd' }, { source: silent });
    await expect(failing).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

test('a transfer leaves what else an index says of a reference that leads there already', async () => {
  await transfer(layout('to'));
  const index = join(folder.at('to'), 'index.json');
  const document = JSON.parse(await readFile(index, 'utf8')) as { manifests: { annotations: object }[] };
  for (const entry of document.manifests) Object.assign(entry.annotations, { 'com.example.kept': 'yes' });
  await writeFile(index, JSON.stringify(document));
  await transfer(layout('to'));
  const after = JSON.parse(await readFile(index, 'utf8')) as { manifests: unknown[] };
  expect(after.manifests).toMatchObject([{ annotations: { 'com.example.kept': 'yes' } }]);
});
