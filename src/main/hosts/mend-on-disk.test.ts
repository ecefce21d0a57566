import { existsSync } from 'node:fs';
import { cp, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Job, JobResult } from '../../shared/model/job.ts';
import type { Source } from '../../shared/model/source.ts';
import { parseRef } from '../../shared/oci/reference.ts';
import { createStoreOpener } from '../adapters/file/store-opener.ts';
import { pushLayout } from '../adapters/registry/testing/push-layout.ts';
import { createSqliteBlobInfoCache } from '../adapters/sqlite/blob-info-cache.ts';
import { openStateDatabase } from '../adapters/sqlite/state-database.ts';
import { hasRegistryServer, startRegistryServer } from '../testing/registry-server.ts';
import type { EngineHandle } from './engine-handle.ts';
import { createDisk, type Disk, finished, openReady } from './testing/engine-on-disk.ts';

let disk: Disk;
let engine: EngineHandle;
let origin: Source;
let store: Source;

beforeEach(async () => {
  disk = await createDisk();
  engine = await disk.start();
  const { client } = engine;
  origin = await openReady(client, await disk.copy('sample', 'origin'));
  await done(client.transfer.import({ sourceId: origin.id, to: join(disk.folder, 'store') }), 'import');
  store = await openReady(client, join(disk.folder, 'store'));
});
afterEach(async () => {
  await engine[Symbol.asyncDispose]();
  await disk[Symbol.asyncDispose]();
});

async function ended(started: Promise<{ jobId: string }>): Promise<Job> {
  return finished(engine.client, await started);
}

async function done<Kind extends JobResult['kind']>(
  started: Promise<{ jobId: string }>,
  kind: Kind,
): Promise<Extract<JobResult, { kind: Kind }>> {
  const { state, error, result } = await ended(started);
  if (result?.kind !== kind) throw new Error(`the job ended as ${state}: ${error?.code} ${error?.message}`);
  return result as Extract<JobResult, { kind: Kind }>;
}

const verify = async () => (await done(engine.client.verify.start({ sourceId: store.id }), 'verify')).report;
const damage = () => engine.client.verify.damage({ sourceId: store.id });
const blob = (digest: string, root = store.location) => join(root, 'blobs', ...digest.split(':'));

async function flip(path: string): Promise<void> {
  await using file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, 0);
  byte[0] = (byte[0] ?? 0) ^ 1;
  await file.write(byte, 0, 1, 0);
}

/** Layers of the store, the one that most records hold first. */
async function layers(): Promise<string[]> {
  const sort = { field: 'records', descending: true };
  return (await engine.client.layers.page({ sourceId: store.id, sort })).rows.map(({ digest }) => digest);
}

describe('damage in a store', () => {
  test('shows with who needs it and where else it is, in the table too, and after a restart', async () => {
    const [bad = '', gone = ''] = await layers();
    await flip(blob(bad));
    await rm(blob(gone));
    expect(await verify()).toMatchObject({ corrupt: [bad], missing: [gone] });
    const shown = await damage();
    expect(shown).toMatchObject({ total: 2, quarantined: [] });
    const byDigest = new Map(shown.blobs.map((one) => [one.digest, one]));
    const detail = await engine.client.layers.get({ sourceId: store.id, digest: bad });
    expect(byDigest.get(bad)).toMatchObject({
      code: 'DIGEST_MISMATCH',
      size: detail.size,
      recordsTotal: detail.usedByTotal,
      places: [{ location: origin.location, how: 'open' }],
    });
    expect(byDigest.get(bad)?.records.length).toBeGreaterThan(0);
    expect(byDigest.get(gone)).toMatchObject({ code: 'NOT_FOUND', places: [{ location: origin.location }] });

    await engine[Symbol.asyncDispose]();
    engine = await disk.start();
    await openReady(engine.client, store.location);
    const { rows } = await engine.client.layers.page({ sourceId: store.id, filter: 'damaged:yes' });
    expect(rows).toMatchObject([{ digest: bad, present: true, problem: 'CORRUPT' }]);
    const missing = await engine.client.layers.page({ sourceId: store.id, filter: 'present:no damaged:no' });
    expect(missing.rows.map(({ digest }) => digest)).toEqual([gone]);
  });

  test('is mended from the place that has most of it, wherever that is, and all of it at once', async () => {
    const [one = '', two = ''] = await layers();
    const closed = await openReady(engine.client, await disk.copy('sample', 'closed'));
    await vi.waitFor(async () => {
      const { places } = await engine.client.layers.get({ sourceId: store.id, digest: two });
      expect(places.map(({ location }) => location)).toContain(closed.location);
    });
    await engine.client.sources.close({ sourceId: closed.id });
    // The one that is open lacks one of them.
    await rm(blob(two, origin.location));
    await finished(engine.client, await engine.client.sources.reload({ sourceId: origin.id }));
    for (const digest of [one, two]) await rm(blob(digest));
    await verify();
    expect((await damage()).origins).toEqual([
      { location: closed.location, how: 'known', blobs: 2 },
      { location: origin.location, how: 'open', blobs: 1 },
    ]);
    const { report } = await done(engine.client.verify.mend({ sourceId: store.id, from: closed.location }), 'mend');
    expect(report.mended).toEqual([one, two].sort());
    expect((await damage()).origins).toEqual([]);
  });

  test('is not offered from a place that has it damaged too', async () => {
    const [bad = ''] = await layers();
    await flip(blob(bad));
    await flip(blob(bad, origin.location));
    await done(engine.client.verify.start({ sourceId: origin.id }), 'verify');
    await verify();
    expect((await damage()).blobs).toMatchObject([{ digest: bad, places: [] }]);
  });

  test('goes into quarantine, and what is whole stays', async () => {
    const [bad = '', good = ''] = await layers();
    await flip(blob(bad));
    await verify();
    const { report } = await done(
      engine.client.verify.quarantine({ sourceId: store.id, digests: [bad, good] }),
      'quarantine',
    );
    expect(report).toMatchObject({ quarantined: [bad], leftAlone: [{ digest: good, reason: 'its bytes are right' }] });
    expect(await damage()).toMatchObject({
      blobs: [{ digest: bad, code: 'NOT_FOUND' }],
      quarantined: [{ digest: bad }],
    });
    expect(await verify()).toMatchObject({ missing: [bad], corrupt: [] });
    const [entry] = await engine.client.jobs.audit({ limit: 1 });
    expect(entry).toMatchObject({ action: 'quarantine', subject: store.location, outcome: 'done' });
    expect(entry?.detail).toContain(bad);
    await done(engine.client.prune.emptyTrash({ sourceId: store.id }), 'empty-trash');
    expect((await damage()).quarantined).toEqual([]);
  });

  test('is mended from another place: damaged and missing, and nothing else is touched', async () => {
    const [bad = '', gone = ''] = await layers();
    const bytes = await readFile(blob(bad));
    await flip(blob(bad));
    await rm(blob(gone));
    await verify();
    const { report } = await done(engine.client.verify.mend({ sourceId: store.id, from: origin.location }), 'mend');
    expect(report).toMatchObject({ mended: [bad, gone].sort(), quarantined: [bad], leftAlone: [] });
    expect(await readFile(blob(bad))).toEqual(bytes);
    expect(await verify()).toMatchObject({ missing: [], corrupt: [] });
    expect(await damage()).toMatchObject({ blobs: [], quarantined: [{ digest: bad }] });
    expect((await engine.client.sources.get({ sourceId: store.id })).problems).toEqual([]);
    expect((await engine.client.jobs.audit({ limit: 1 }))[0]).toMatchObject({ action: 'mend', outcome: 'done' });
  });

  test('is not made worse by a place that cannot help', async () => {
    const [bad = '', other = ''] = await layers();
    await flip(blob(bad));
    await flip(blob(other));
    await rm(blob(bad, origin.location));
    await flip(blob(other, origin.location));
    await verify();
    const { report } = await done(engine.client.verify.mend({ sourceId: store.id, from: origin.location }), 'mend');
    expect(report).toMatchObject({ mended: [], quarantined: [other] });
    expect(report.leftAlone.map(({ digest }) => digest).sort()).toEqual([bad, other].sort());
    expect(existsSync(blob(bad))).toBe(true);
    expect(await verify()).toMatchObject({ corrupt: [bad], missing: [other] });
  });

  test('in a config is mended in place, and never put aside alone', async () => {
    const config = store.caches[0]?.config?.digest ?? '';
    // A bit of a time stamp: the document still reads.
    const path = blob(config);
    const text = await readFile(path, 'latin1');
    await cp(path, `${path}-before`);
    const at = text.indexOf('"createdAt":"20') + '"createdAt":"20'.length;
    await using file = await open(path, 'r+');
    await file.write(text[at] === '2' ? '1' : '2', at, 'latin1');
    expect((await verify()).corrupt).toContain(config);
    const alone = await done(engine.client.verify.quarantine({ sourceId: store.id }), 'quarantine');
    expect(alone.report).toMatchObject({ quarantined: [], leftAlone: [{ digest: config }] });
    expect((await damage()).blobs.find(({ digest }) => digest === config)?.places).toMatchObject([
      { location: origin.location },
    ]);
    await done(engine.client.verify.mend({ sourceId: store.id, from: origin.location }), 'mend');
    expect(await readFile(path)).toEqual(await readFile(`${path}-before`));
  });

  test('is mended by an import of the same cache', async () => {
    const [bad = ''] = await layers();
    await flip(blob(bad));
    await verify();
    const { report } = await done(engine.client.transfer.import({ sourceId: origin.id, to: store.location }), 'import');
    expect(report).toMatchObject({ blobsCopied: 1 });
    expect(await verify()).toMatchObject({ missing: [], corrupt: [] });
  });
});

test('places that were seen to hold a blob are offered, but for the store itself, and forgotten when they do not', async () => {
  const database = openStateDatabase(join(disk.folder, 'state/state.sqlite'));
  try {
    const known = createSqliteBlobInfoCache(database);
    const [bad = ''] = await layers();
    await flip(blob(bad));
    const elsewhere = await disk.copy('sample', 'elsewhere');
    const poor = await disk.copy('sample', 'poor');
    await rm(blob(bad, poor));
    for (const place of [elsewhere, `store://${store.location}`, origin.location, poor]) {
      await known.recordKnownLocation(bad, parseRef(place));
    }
    await verify();
    const places = async () => (await damage()).blobs[0]?.places.map(({ location, how }) => [how, location]);
    const open = ['open', origin.location];
    expect((await places())?.[0]).toEqual(open);
    expect(new Set(await places())).toEqual(new Set([open, ['known', elsewhere], ['known', poor]]));

    const vain = await done(engine.client.verify.mend({ sourceId: store.id, from: poor }), 'mend');
    expect(vain.report).toMatchObject({ mended: [], quarantined: [], leftAlone: [{ digest: bad }] });
    expect(await places()).toEqual([open, ['known', elsewhere]]);
    const { report } = await done(engine.client.verify.mend({ sourceId: store.id, from: elsewhere }), 'mend');
    expect(report).toMatchObject({ mended: [bad] });
  } finally {
    database.close();
  }
});

test('a cancelled re-import leaves everything as it was, and can be run again', async () => {
  const { client } = engine;
  const [bad = ''] = await layers();
  await flip(blob(bad));
  await verify();
  const bytes = await readFile(blob(bad));
  const held = await createStoreOpener().openStore(store.location);
  const { jobId } = await held.exclusive(async () => {
    // It cannot move anything while somebody else has the lock.
    const started = await client.verify.mend({ sourceId: store.id, from: origin.location });
    await client.jobs.cancel(started);
    expect(await finished(client, started)).toMatchObject({ state: 'cancelled' });
    return started;
  });
  expect(await readFile(blob(bad))).toEqual(bytes);
  expect((await client.jobs.audit({ limit: 1 }))[0]).toMatchObject({ action: 'mend', outcome: 'cancelled' });
  expect((await damage()).blobs).toMatchObject([{ digest: bad, code: 'DIGEST_MISMATCH' }]);
  const { report } = await done(client.jobs.retry({ jobId }), 'mend');
  expect(report).toMatchObject({ mended: [bad] });
});

test.runIf(hasRegistryServer())('a store is mended from a repository and from another store', async () => {
  await using server = await startRegistryServer();
  const repository = `docker://${server.host}/site:latest`;
  await pushLayout(origin.location, repository);
  const other = join(disk.folder, 'other');
  await done(engine.client.transfer.import({ sourceId: origin.id, to: other }), 'import');
  const [bad = '', gone = ''] = await layers();
  for (const from of [repository, `store://${other}`]) {
    await flip(blob(bad));
    await rm(blob(gone));
    await verify();
    const { report } = await done(engine.client.verify.mend({ sourceId: store.id, from }), 'mend');
    expect(report, from).toMatchObject({ mended: [bad, gone].sort(), quarantined: [bad], leftAlone: [] });
    expect(await verify(), from).toMatchObject({ missing: [], corrupt: [] });
  }
});

test('only a store is mended, and not from itself', async () => {
  const { verify } = engine.client;
  await expect(verify.quarantine({ sourceId: origin.id })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  const itself = verify.mend({ sourceId: store.id, from: store.location });
  await expect(itself).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  const nowhere = verify.mend({ sourceId: store.id, from: join(disk.folder, 'nowhere') });
  await expect(nowhere).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
