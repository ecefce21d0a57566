import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CacheError } from '../../../shared/base/errors.ts';
import type { TransferOptions } from '../../../shared/model/transfer.ts';
import { parseS3Address } from '../../../shared/oci/s3-address.ts';
import type { CacheSource } from '../../engine/ports/cache-source.ts';
import { systemClock } from '../../engine/ports/clock.ts';
import { FIXTURES, noTestData, openTestData } from '../../engine/testing/real-caches.ts';
import { createLayoutTarget } from '../../engine/transfer/layout-target.ts';
import { previewTransfer } from '../../engine/transfer/preview.ts';
import { transferCaches } from '../../engine/transfer/transfer.ts';
import { hasS3Server, type S3Server, startS3Server } from '../../testing/s3-server.ts';
import { createStoreOpener } from '../file/store-opener.ts';
import { openSource } from '../oci-layout/index.ts';
import type { S3Connector } from './client.ts';
import { createS3Source } from './source.ts';
import { createS3Target } from './target.ts';
import { countedConnector, type SentCommand } from './testing/counted-connector.ts';
import { createTestBucket, type TestBucket } from './testing/test-bucket.ts';

const SAMPLE = join(FIXTURES, 'sample');
/** Nothing is added to. */
const MERGING = { openPlace: () => expect.fail('nothing is read'), clock: systemClock };

async function fault(work: Promise<unknown>): Promise<CacheError> {
  return work.then(
    () => expect.fail('it worked'),
    (error: unknown) => (error instanceof CacheError ? error : expect.fail(`not a CacheError: ${error}`)),
  );
}

describe.runIf(hasS3Server())('a transfer to S3', () => {
  let server: S3Server;
  let bucket: TestBucket;
  let folder = '';
  beforeAll(async () => {
    server = await startS3Server();
    bucket = await createTestBucket(server, 'targets');
    folder = await mkdtemp(join(tmpdir(), 'cachewright-s3-target-'));
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const open = (location: string): CacheSource => createS3Source(parseS3Address(location), bucket.connect);
  async function send(
    source: CacheSource,
    to: string,
    options: Partial<TransferOptions> = {},
    { connect = bucket.connect, now, signal }: { connect?: S3Connector; now?: () => number; signal?: AbortSignal } = {},
  ) {
    return transferCaches({
      source,
      openTarget: async () => createS3Target(parseS3Address(to), { connect, now }),
      options: { mode: 'max', ...options },
      signal,
    });
  }
  async function toFolder(source: CacheSource, name: string, as?: string) {
    const layout = await createStoreOpener().openLayout(join(folder, name), { create: true });
    if (!layout) return expect.fail('no folder');
    return transferCaches({
      source,
      openTarget: async () => createLayoutTarget(layout),
      options: { mode: 'max', ...(as === undefined ? {} : { as }) },
    });
  }

  test('and back gives the same cache, byte for byte', async () => {
    const sample = await openSource(SAMPLE);
    const [original] = (await sample.read()).caches;
    const report = await send(sample, bucket.at('sample'));
    expect(report).toMatchObject({ resultsLeftOut: 0, warnings: [], blobsSkipped: 0 });
    const read = await open(bucket.at('sample')).read();
    expect(read.problems).toEqual([]);
    expect(read.caches.map(({ ref, form }) => [ref, form])).toEqual([['latest', 's3']]);
    const back = await toFolder(open(bucket.at('sample')), 'back');
    expect(back.manifest).toMatchObject({ digest: original?.manifest?.digest, size: original?.manifest?.size });
    expect(await bucket.pendingUploads()).toBe(0);
  });

  test.skipIf(noTestData)(`writes the manifest that BuildKit wrote, byte for byte ${noTestData ?? ''}`, async () => {
    using data = openTestData();
    const written = join(data.set('app'), 'app-v1-s3');
    await bucket.putFolder(written, 'theirs/');
    await send(open(bucket.at('theirs')), bucket.at('ours'));
    expect(await bucket.get('ours/manifests/app')).toEqual(readFileSync(join(written, 'manifests/app')));
    const blobs = (keys: string[]) => keys.map((key) => key.slice(key.indexOf('/')));
    expect(blobs(await bucket.keys('ours/'))).toEqual(blobs(await bucket.keys('theirs/')));
  });

  test('writes every blob before the manifest, and sends none twice', async () => {
    const { connect, commands } = countedConnector(bucket.connect);
    const sample = await openSource(SAMPLE);
    const first = await send(sample, bucket.at('order'), {}, { connect });
    const written = commands.filter(({ name }) => /Put|Complete/.test(name)).map(({ key = '' }) => key);
    expect(written).toHaveLength(first.blobsCopied + 1);
    expect(written.at(-1)).toBe('order/manifests/latest');
    expect(written.slice(0, -1).every((key) => key.startsWith('order/blobs/sha256:'))).toBe(true);
    const again = await send(sample, bucket.at('order'));
    expect(again).toMatchObject({ blobsCopied: 0, blobsSkipped: first.blobsCopied, warnings: [] });
  });

  test('names no cache until all is there: a failure in the middle leaves the one before', async () => {
    const sample = await openSource(SAMPLE);
    await send(await openSource(join(FIXTURES, 'min')), bucket.at('kept'));
    const before = await bucket.get('kept/manifests/latest');
    let left = 2;
    const failing = countedConnector(bucket.connect, ({ name }) => {
      if (name === 'PutObjectCommand' && left-- === 0) throw Object.assign(new Error(), { name: 'QuotaExceeded' });
    });
    const failed = await fault(send(sample, bucket.at('kept'), {}, { connect: failing.connect }));
    expect(failed).toMatchObject({ code: 'NO_SPACE' });
    expect(await bucket.get('kept/manifests/latest')).toEqual(before);
    const report = await send(sample, bucket.at('kept'));
    expect(report.warnings).toEqual([expect.stringMatching(/^latest leads to another cache there/)]);
    expect(await bucket.get('kept/manifests/latest')).not.toEqual(before);
  });

  test('brings again what vanishes while it writes', async () => {
    const sample = await openSource(SAMPLE);
    await send(sample, bucket.at('vanish'));
    const [blob = ''] = await bucket.keys('vanish/blobs/');
    await bucket.delete('vanish/manifests/latest');
    let isGone = false;
    // After it was found there, and before it is named.
    const deleting = countedConnector(bucket.connect, async ({ name, key }: SentCommand) => {
      if (isGone || name !== 'HeadObjectCommand' || key !== 'vanish/manifests/latest') return;
      isGone = true;
      await bucket.delete(blob);
    });
    const report = await send(sample, bucket.at('vanish'), {}, { connect: deleting.connect });
    expect([isGone, report.blobsCopied]).toEqual([true, 1]);
    expect((await open(bucket.at('vanish')).read()).problems).toEqual([]);
  });

  test('makes what is old new again, that it needs and nothing else', async () => {
    const sample = await openSource(SAMPLE);
    const { blobsCopied } = await send(sample, bucket.at('old'));
    await bucket.put(`old/blobs/sha256:${'0'.repeat(64)}`, 'not needed');
    const tomorrow = () => Date.now() + 25 * 60 * 60 * 1000;
    const { connect, sent } = countedConnector(bucket.connect);
    await send(sample, bucket.at('old'), {}, { connect, now: tomorrow });
    expect(sent.CopyObjectCommand).toBe(blobsCopied);
    expect((await open(bucket.at('old')).read()).problems).toEqual([]);
  });

  test('writes all names that the address has, and says how builds use them', async () => {
    const report = await send(await openSource(SAMPLE), bucket.at('named', '&name=main;pr-7'));
    expect(await bucket.get('named/manifests/pr-7')).toEqual(await bucket.get('named/manifests/main'));
    expect(await bucket.keys('named/manifests/')).toEqual(['named/manifests/main', 'named/manifests/pr-7']);
    const place = `type=s3,bucket=targets,region=us-east-1,prefix=named/`;
    const endpoint = `endpoint_url=${server.endpoint},use_path_style=true`;
    expect(report.commands[1]).toBe(`docker buildx build --cache-from ${place},name=main,${endpoint} .`);
    expect(report.commands[3]).toBe(`docker buildx build --cache-to '${place},name=main;pr-7,${endpoint}',mode=max .`);
  });

  test('takes no other form, and no layer that does not say what it unpacks to', async () => {
    const sample = await openSource(SAMPLE);
    const index = await fault(send(sample, bucket.at('form'), { format: 'index' }));
    expect(index).toMatchObject({ code: 'INVALID_INPUT', subject: 'format' });
    const bare: CacheSource = {
      ...sample,
      read: async (options) => {
        const snapshot = await sample.read(options);
        const caches = snapshot.caches.map((cache) => ({
          ...cache,
          descriptors: cache.descriptors.map(({ annotations: _, ...descriptor }) => descriptor),
        }));
        return { ...snapshot, caches };
      },
    };
    expect(await fault(send(bare, bucket.at('form')))).toMatchObject({ code: 'CORRUPT' });
    expect(await bucket.keys('form/')).toEqual([]);
  });

  test('is foretold by a preview, which writes nothing', async () => {
    const source = await openSource(SAMPLE);
    const target = createS3Target(parseS3Address(bucket.at('preview')), { connect: bucket.connect });
    const preview = await previewTransfer({ source, target, options: { mode: 'max' }, merging: MERGING });
    expect(preview).toMatchObject({ refs: ['latest'], skipBlobs: 0, oversized: [], warnings: [] });
    expect(preview.copyBlobs).toBeGreaterThan(5);
    expect(await bucket.keys('preview/')).toEqual([]);
  });

  test('ends when it is stopped, and leaves no part of an upload', async () => {
    const stop = new AbortController();
    const stopping = countedConnector(bucket.connect, ({ name }) => {
      if (name === 'PutObjectCommand') stop.abort();
    });
    const sending = send(
      await openSource(SAMPLE),
      bucket.at('stopped'),
      {},
      { connect: stopping.connect, signal: stop.signal },
    );
    expect(await fault(sending)).toMatchObject({ code: 'CANCELLED' });
    expect([await bucket.keys('stopped/manifests/'), await bucket.pendingUploads()]).toEqual([[], 0]);
  });
});
