import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TransferOptions } from '../../../shared/model/transfer.ts';
import { FIXTURES } from '../../engine/testing/real-caches.ts';
import { createLayoutTarget } from '../../engine/transfer/layout-target.ts';
import { transferCaches } from '../../engine/transfer/transfer.ts';
import { openSource } from '../oci-layout/index.ts';
import { createStoreOpener } from './store-opener.ts';
import { createTestFolder, importFrom, startOn, type TestFolder } from './testing/store-folder.ts';

const skopeo = spawnSync('skopeo', ['--version'], { encoding: 'utf8' });
const reason = skopeo.status === 0 ? undefined : 'skipped: skopeo is not installed';
if (reason) process.stdout.write(`${reason}\n`);

let folder: TestFolder;
beforeEach(async () => {
  folder = await createTestFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

async function exportSample(to: string, options: Partial<TransferOptions> = {}) {
  const opener = createStoreOpener();
  return transferCaches({
    source: await openSource(join(FIXTURES, 'sample')),
    openTarget: async () =>
      createLayoutTarget((await opener.openLayout(to, { create: true })) ?? expect.fail('no layout')),
    options: { mode: 'max', ...options },
  });
}

const raw = (layout: string) => execFileSync('skopeo', ['inspect', '--raw', `oci:${layout}:latest`]);
const copy = (from: string, to: string) =>
  spawnSync('skopeo', ['--insecure-policy', 'copy', `oci:${from}:latest`, `oci:${to}:copied`], { encoding: 'utf8' });

describe.skipIf(reason)('skopeo', () => {
  test('reads and copies an export in image-manifest form, from a folder and from a managed store', async () => {
    const { manifest } = await exportSample(folder.at('out'));
    expect(JSON.parse(String(raw(folder.at('out'))))).toMatchObject({ mediaType: manifest.mediaType });
    expect(raw(folder.at('out')).byteLength).toBe(manifest.size);
    expect(copy(folder.at('out'), folder.at('copy'))).toMatchObject({ status: 0 });
    // What it wrote is a cache again, the same one.
    const { caches } = await (await openSource(folder.at('copy'))).read();
    const [original] = (await (await openSource(join(FIXTURES, 'sample'))).read()).caches;
    expect(caches.map(({ config }) => config?.digest)).toEqual([original?.config?.digest]);

    const store = await startOn(folder.at('store'));
    await importFrom(join(FIXTURES, 'sample'), store);
    expect(copy(store.location, folder.at('from-store'))).toMatchObject({ status: 0 });
  });

  test.each([
    { name: 'OCI types', options: { format: 'index' } },
    // Of a Docker type it finds no reference in a layout, whoever wrote it.
    { name: 'Docker types', options: { ociMediaTypes: false } },
  ] as const)('cannot copy the index form with $name: its layers are no manifests', async ({ options }) => {
    await exportSample(folder.at('out'), options);
    const { status, stderr } = copy(folder.at('out'), folder.at('copy'));
    expect(status).not.toBe(0);
    expect(stderr).not.toBe('');
  });

  test('reads the index form with OCI types', async () => {
    await exportSample(folder.at('out'), { format: 'index' });
    expect(JSON.parse(String(raw(folder.at('out')))).manifests.length).toBeGreaterThan(1);
  });
});
