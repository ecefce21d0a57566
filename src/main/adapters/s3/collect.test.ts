import type { LifecycleRule } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseS3Address } from '../../../shared/oci/s3-address.ts';
import { findRenewal, touchRenewal } from '../../engine/collect/touch.ts';
import { undoCollect } from '../../engine/collect/undo.ts';
import { hasS3Server, type S3Server, startS3Server } from '../../testing/s3-server.ts';
import { AGE_MS, createCollectFixture, digestOf, manifestOf } from './testing/collect-bucket.ts';
import { countedConnector } from './testing/counted-connector.ts';
import { createTestBucket, type TestBucket } from './testing/test-bucket.ts';

const ORPHANS = Array.from({ length: 6 }, (_, i) => `orphan ${i}`).sort((a, b) =>
  digestOf(a) < digestOf(b) ? -1 : 1,
) as [string, string, string, string, string, string];
const NEEDED = ['base', 'npm', 'app'];

describe.runIf(hasS3Server())('collecting a cache in S3', () => {
  let server: S3Server;
  let bucket: TestBucket;
  let cache: ReturnType<typeof createCollectFixture>;
  let places = 0;
  let prefix = '';
  beforeAll(async () => {
    server = await startS3Server();
    bucket = await createTestBucket(server, 'collected');
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  const lay = async (inBucket = bucket): Promise<void> => {
    places += 1;
    prefix = `place-${places}`;
    cache = createCollectFixture(inBucket, prefix);
    await cache.putBlobs(...NEEDED, ...ORPHANS);
    await cache.putManifest('main', 'base', 'npm');
    await cache.putManifest('pr/7', 'base', 'app', 'lost');
    await cache.putManifest('old', 'base');
    cache.age();
  };
  beforeEach(() => lay());

  it('plans what no manifest of any name needs and is old enough, with owners, and changes nothing', async () => {
    await cache.untilYoung();
    await cache.putBlobs('fresh');
    const { plan, goes } = await cache.plan();
    expect(plan).toMatchObject({
      goes: { blobs: 6, bytes: 48 },
      stays: { needed: { blobs: 3, bytes: 10 }, young: { blobs: 1, bytes: 5 } },
      missing: 1,
      manifests: 3,
      undo: 'none',
      uploads: { count: 0 },
      warnings: [],
    });
    expect(plan.owners).toMatchObject([
      { name: 'main', blobs: 2, bytes: 7, onlyBytes: 3, missing: 0 },
      { name: 'pr/7', blobs: 2, bytes: 7, onlyBytes: 3, missing: 1 },
      { name: 'old', blobs: 1, bytes: 4, onlyBytes: 0, missing: 0 },
    ]);
    expect(new Set(goes.slice(0, 10).map(({ digest }) => digest))).toEqual(new Set(ORPHANS.map(digestOf)));
    expect(await cache.there(...NEEDED, ...ORPHANS, 'fresh')).toHaveLength(10);
  });

  it('deletes exactly the expired orphans', async () => {
    await cache.untilYoung();
    await cache.putBlobs('fresh');
    const report = await cache.apply(await cache.plan());
    expect(report).toMatchObject({ removedBlobs: 6, freedBytes: 48, lost: [], canUndo: false, changedManifests: [] });
    expect(Object.values(report.stayed).every((count) => count === 0)).toBe(true);
    expect(await cache.there(...NEEDED, ...ORPHANS, 'fresh')).toEqual([...NEEDED, 'fresh']);
  });

  it('leaves alone what was written, renewed, needed or deleted between plan and apply', async () => {
    const plan = await cache.plan();
    await cache.untilYoung();
    await cache.putBlobs(ORPHANS[0]);
    const { sdk, client } = await bucket.connect(parseS3Address(bucket.at('')));
    const Key = `${prefix}/blobs/${digestOf(ORPHANS[1])}`;
    const CopySource = `${bucket.name}/${encodeURIComponent(Key)}`;
    const copy = { Bucket: bucket.name, Key, CopySource, MetadataDirective: 'REPLACE' } as const;
    await client.send(new sdk.CopyObjectCommand(copy));
    await cache.putManifest('new', ORPHANS[2]);
    await cache.putManifest('old', ORPHANS[3]);
    await bucket.delete(`${prefix}/blobs/${digestOf(ORPHANS[4])}`);
    const report = await cache.apply(plan);
    expect(report).toMatchObject({
      removedBlobs: 1,
      stayed: { needed: 2, renewed: 2, gone: 1, refused: 0, 'not-tried': 0 },
      changedManifests: ['new', 'old'],
    });
    expect(await cache.there(...NEEDED, ...ORPHANS)).toEqual([...NEEDED, ...ORPHANS.slice(0, 4)]);
  });

  it('looks again before each batch: an export that ends in the middle keeps its blobs', async () => {
    const plan = await cache.plan();
    let batches = 0;
    const { connect } = countedConnector(bucket.connect, async ({ name }) => {
      if (name === 'DeleteObjectsCommand' && ++batches === 2) await cache.putManifest('late', ORPHANS[4]);
    });
    const report = await cache.apply(plan, { connect, batchSize: 2 });
    expect(report).toMatchObject({ removedBlobs: 5, stayed: { needed: 1 }, changedManifests: ['late'], lost: [] });
    expect(await cache.there(...ORPHANS)).toEqual([ORPHANS[4]]);
  });

  it('says which manifest lost what had just gone', async () => {
    const plan = await cache.plan();
    const { connect } = countedConnector(bucket.connect, async ({ name }) => {
      if (name === 'DeleteObjectsCommand') await cache.putManifest('late', ORPHANS[0], ORPHANS[1], 'base');
    });
    const report = await cache.apply(plan, { connect });
    expect(report.lost).toEqual([{ manifest: 'late', blobs: 2, areBack: false }]);
  });

  it('a manifest that cannot be read stops plan and apply before anything goes', async () => {
    const plan = await cache.plan();
    await bucket.put(`${prefix}/manifests/bad`, '{"layers":[{');
    const refusal = {
      code: 'CORRUPT',
      message: expect.stringContaining('bad'),
      hint: expect.stringMatching(/^Nothing/),
    };
    await expect(cache.plan()).rejects.toMatchObject(refusal);
    await expect(cache.apply(plan)).rejects.toMatchObject(refusal);
    expect(await cache.there(...ORPHANS)).toEqual(ORPHANS);
  });

  it('a manifest that cannot be read in the middle ends it there, and the report says so', async () => {
    const plan = await cache.plan();
    const { connect } = countedConnector(bucket.connect, async ({ name }) => {
      if (name === 'DeleteObjectsCommand') await bucket.put(`${prefix}/manifests/bad`, 'no manifest');
    });
    const report = await cache.apply(plan, { connect, batchSize: 2 });
    expect(report).toMatchObject({
      removedBlobs: 2,
      stayed: { 'not-tried': 4 },
      stopped: { code: 'CORRUPT', message: expect.stringContaining('bad') },
    });
    expect(await cache.there(...ORPHANS)).toEqual(ORPHANS.slice(2));
  });

  it('refuses a place without a manifest: all of it would go', async () => {
    const empty = createCollectFixture(bucket, 'empty');
    await empty.putBlobs('a');
    await expect(empty.plan()).rejects.toMatchObject({ code: 'NOT_FOUND', hint: expect.stringContaining('prefix') });
  });

  it('keeps what manifests of another manifests_prefix need that share the blobs', async () => {
    await bucket.put(`${prefix}/m-dev/app`, manifestOf(ORPHANS[0], ORPHANS[1]));
    await bucket.put(`${prefix}/zz/notes.txt`, '{"other":1}');
    const { plan, goes } = await cache.plan();
    expect(plan).toMatchObject({ goes: { blobs: 4 }, manifests: 4, warnings: [] });
    expect(plan.owners.map(({ name }) => name)).toContain(`${prefix}/m-dev/app (beside)`);
    expect(goes.slice(0, 9).map(({ digest }) => digest)).not.toContain(digestOf(ORPHANS[0]));
  });

  it('deletes one by one where a server cannot delete many', async () => {
    const { connect, sent } = countedConnector(bucket.connect, ({ name }) => {
      const fault = { name: 'NotImplemented', $metadata: { httpStatusCode: 501 } };
      if (name === 'DeleteObjectsCommand') throw Object.assign(new Error('no'), fault);
    });
    const report = await cache.apply(await cache.plan(), { connect, batchSize: 3 });
    expect(report).toMatchObject({ removedBlobs: 6 });
    expect(sent.DeleteObjectCommand).toBe(6);
    expect(await cache.there(...NEEDED, ...ORPHANS)).toEqual(NEEDED);
  });

  it('an account that may not delete is told what was not done', async () => {
    const plan = await cache.plan();
    const allow = await bucket.denyDelete(`${prefix}/`);
    try {
      const report = await cache.apply(plan, { batchSize: 4 });
      expect(report).toMatchObject({
        removedBlobs: 0,
        stayed: { refused: 4, 'not-tried': 2 },
        stopped: { code: 'ACCESS_DENIED' },
      });
      expect(await cache.there(...ORPHANS)).toEqual(ORPHANS);
    } finally {
      await allow();
    }
  });

  it('looks at a batch of many by listing the stretch that it lies in', async () => {
    const size = process.env.CACHEWRIGHT_LONG === '1' ? 1900 : 120;
    const many = Array.from({ length: size }, (_, i) => `many ${i}`);
    await cache.putBlobs(...many);
    cache.age();
    const plan = await cache.plan();
    expect(plan.plan.goes.blobs).toBe(size + 6);
    await cache.untilYoung();
    await cache.putBlobs('many 3');
    await bucket.delete(`${prefix}/blobs/${digestOf('many 5')}`);
    const { connect, sent } = countedConnector(bucket.connect);
    const report = await cache.apply(plan, { connect, batchSize: (size + 6) / 2 });
    expect(report).toMatchObject({ removedBlobs: size + 4, stayed: { renewed: 1, gone: 1 } });
    expect(sent.HeadObjectCommand).toBeUndefined();
    expect(sent.DeleteObjectsCommand).toBe(2);
    expect(await cache.there(...NEEDED, ...many)).toEqual([...NEEDED, 'many 3']);
  });

  it('finds out what went where an answer about a batch is lost, and does not go on', async () => {
    const { connect } = countedConnector(bucket.connect, async ({ name }) => {
      if (name !== 'DeleteObjectsCommand') return;
      await bucket.delete(`${prefix}/blobs/${digestOf(ORPHANS[0])}`);
      throw Object.assign(new Error('cut'), { code: 'ECONNRESET' });
    });
    const report = await cache.apply(await cache.plan(), { connect, batchSize: 3 });
    expect(report).toMatchObject({
      removedBlobs: 1,
      freedBytes: 8,
      stayed: { refused: 2, 'not-tried': 3 },
      stopped: { code: 'UNAVAILABLE' },
    });
  });

  it('is cancelled between two batches', async () => {
    const stop = new AbortController();
    const { connect } = countedConnector(bucket.connect, async ({ name }) => {
      if (name === 'HeadObjectCommand' && (await cache.there(...ORPHANS)).length === 4) stop.abort();
    });
    const applied = cache.apply(await cache.plan(), { connect, batchSize: 2, signal: stop.signal });
    await expect(applied).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await cache.there(...ORPHANS)).toEqual(ORPHANS.slice(2));
  });

  it('counts uploads that are not completed, and says when an age is too short', async () => {
    const { sdk, client } = await bucket.connect(parseS3Address(bucket.at('')));
    const Key = `${prefix}/blobs/${digestOf('large')}`;
    const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand({ Bucket: bucket.name, Key }));
    const { plan } = await cache.plan(3_600_000);
    expect(plan.uploads).toMatchObject({ count: 1, oldestAt: expect.any(Number) });
    expect(plan.warnings).toEqual([expect.stringContaining('An export that runs now')]);
    await client.send(new sdk.AbortMultipartUploadCommand({ Bucket: bucket.name, Key, UploadId }));
  });

  it('reads the lifecycle rules of the bucket, and says what they do to this cache; their safe form can be set', async () => {
    expect((await cache.plan()).plan.lifecycle).toMatchObject({ rules: 0 });
    const { sdk, client } = await bucket.connect(parseS3Address(bucket.at('')));
    const expire = {
      ID: 'old',
      Status: 'Enabled',
      Filter: { Prefix: `${prefix}/blobs/` },
      Expiration: { Days: 12 },
    } as const;
    const logs = { ID: 'logs', Status: 'Enabled', Filter: { Prefix: 'logs/' }, Expiration: { Days: 1 } } as const;
    const set = (LifecycleConfiguration: { Rules: LifecycleRule[] }) =>
      client.send(new sdk.PutBucketLifecycleConfigurationCommand({ Bucket: bucket.name, LifecycleConfiguration }));
    await set({ Rules: [expire, logs] });
    const { lifecycle } = (await cache.plan()).plan;
    expect(lifecycle?.sentences).toEqual([
      '3 blobs that manifests `main`, `old` and `pr/7` need expire within 3 days: an import does not touch them, only an export does.',
    ]);
    await set(JSON.parse(lifecycle?.safe ?? ''));
    expect((await cache.plan()).plan.lifecycle).toMatchObject({
      rules: 2,
      sentences: [expect.stringMatching(/^No lifecycle rule/)],
    });
    await client.send(new sdk.DeleteBucketLifecycleCommand({ Bucket: bucket.name }));
  });

  it('renews what manifests need and is old, and the manifests, and leaves one alone that was replaced', async () => {
    await cache.untilYoung();
    await cache.putBlobs('npm');
    const renewal = await findRenewal(cache.open(), AGE_MS);
    expect(renewal.preview).toEqual({ olderThanMs: AGE_MS, blobs: 2, bytes: 7, manifests: 3, young: 1, missing: 1 });
    await cache.putManifest('main', 'base');
    await bucket.delete(`${prefix}/blobs/${digestOf('app')}`);
    const before = await bucket.get(`${prefix}/manifests/old`);
    expect(await touchRenewal(cache.open(), renewal)).toEqual({ blobs: 1, bytes: 4, manifests: 2, gone: 1 });
    expect((await findRenewal(cache.open(), AGE_MS)).preview).toMatchObject({ blobs: 0, manifests: 0, young: 1 });
    expect(await bucket.get(`${prefix}/manifests/old`)).toEqual(before);
    expect((await bucket.get(`${prefix}/manifests/main`))?.toString()).toBe(manifestOf('base'));
    expect((await bucket.metadata(`${prefix}/blobs/${digestOf('base')}`))['updated-at']).toMatch(/ \+0000 UTC$/);
  });

  describe('that keeps versions', () => {
    let versioned: TestBucket;
    beforeAll(async () => {
      versioned = await createTestBucket(server, 'versioned');
      await versioned.keepVersions();
    });
    beforeEach(() => lay(versioned));

    it('undo brings all back, once', async () => {
      const plan = await cache.plan();
      expect(plan.plan.undo).toBe('versions');
      expect(await cache.apply(plan, { batchSize: 4 })).toMatchObject({ removedBlobs: 6, canUndo: true });
      expect(await cache.there(...ORPHANS)).toEqual([]);
      expect(cache.notes.batches(cache.open().location)).toMatchObject([{ plan: plan.plan.plan, blobs: 6, bytes: 48 }]);
      const undone = await undoCollect(cache.open(), cache.notes, undefined);
      expect(undone).toEqual({ plan: plan.plan.plan, blobs: 6, lost: [] });
      expect(await cache.there(...ORPHANS)).toEqual(ORPHANS);
      const again = undoCollect(cache.open(), cache.notes, undefined);
      await expect(again).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('undo also brings back what went before its mark was noted, and says what is lost', async () => {
      const plan = await cache.plan();
      await cache.apply(plan);
      const { location } = cache.open();
      const noted = cache.notes.removals(location, plan.plan.plan, 10);
      cache.notes.noteRemovals(
        location,
        plan.plan.plan,
        1,
        noted.map((removal) => ({ ...removal, version: undefined, since: Date.now() - 60_000 })),
      );
      const { sdk, client } = await versioned.connect(parseS3Address(versioned.at('')));
      const Key = `${prefix}/blobs/${digestOf(ORPHANS[0])}`;
      const { Versions = [] } = await client.send(
        new sdk.ListObjectVersionsCommand({ Bucket: versioned.name, Prefix: Key }),
      );
      for (const { VersionId } of Versions) {
        await client.send(new sdk.DeleteObjectCommand({ Bucket: versioned.name, Key, VersionId }));
      }
      expect(await undoCollect(cache.open(), cache.notes, plan.plan.plan)).toMatchObject({
        blobs: 5,
        lost: [digestOf(ORPHANS[0])],
      });
      expect(await cache.there(...ORPHANS)).toEqual(ORPHANS.slice(1));
    });

    it('brings back by itself what a manifest began to need right after', async () => {
      const plan = await cache.plan();
      const { connect } = countedConnector(versioned.connect, async ({ name }) => {
        if (name === 'DeleteObjectsCommand') await cache.putManifest('late', ORPHANS[0], ORPHANS[1]);
      });
      const report = await cache.apply(plan, { connect });
      expect(report.lost).toEqual([{ manifest: 'late', blobs: 2, areBack: true }]);
      expect(await cache.there(...ORPHANS)).toEqual(ORPHANS.slice(0, 2));
    });
  });
});
