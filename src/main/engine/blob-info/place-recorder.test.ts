import { expect, test } from 'vitest';
import { CacheError } from '../../../shared/base/errors.ts';
import { parseDigest } from '../../../shared/oci/digest.ts';
import { formatRef, parseRef } from '../../../shared/oci/reference.ts';
import { createMemoryBlobInfoCache } from '../../adapters/memory/testing/blob-info-cache.ts';
import type { SourceBlob, SourceSnapshot } from '../ports/cache-source.ts';
import { createMemoryReports } from '../testing/stand-ins.ts';
import { createPlaceRecorder } from './place-recorder.ts';

const digest = (n: number) => parseDigest(`sha256:${n.toString(16).padStart(64, '0')}`);
const blob = (n: number, problem?: 'CORRUPT'): SourceBlob => ({
  digest: digest(n),
  size: 1,
  mtimeMs: 0,
  ...(problem === undefined ? {} : { problem }),
});
const layer = (n: number, uncompressed?: string) => ({
  mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
  digest: digest(n),
  size: 1,
  ...(uncompressed === undefined ? {} : { annotations: { 'containerd.io/uncompressed': uncompressed } }),
});

/** What a source has, as far as a recorder looks at it. */
function snapshot(blobs: SourceSnapshot['blobs'], descriptors: ReturnType<typeof layer>[] = []): SourceSnapshot {
  const cache = { ref: 'latest', form: 'image-manifest', parsed: {} as never, descriptors } as const;
  return { fingerprint: 'one', caches: [cache], blobs, documents: [], problems: [] };
}

const at = (place: string) => ({ place: parseRef(place) });

function start(maxBlobs?: number) {
  const blobInfo = createMemoryBlobInfoCache();
  const reports = createMemoryReports();
  const recorder = createPlaceRecorder({ blobInfo, reports, maxBlobs });
  const places = async (n: number) => (await blobInfo.knownLocations(digest(n))).map(({ ref }) => formatRef(ref));
  return { blobInfo, reports, recorder, places };
}

test('every blob that lies there whole is recorded, orphans too, with what it uncompresses to', async () => {
  const { blobInfo, recorder, places } = start();
  const blobs = Array.from({ length: 1_200 }, (_, n) => blob(n));
  recorder.record(at('store:///srv/store'), snapshot(blobs, [layer(7, digest(1_000_007))]));
  expect(await places(0)).toEqual([]);
  await recorder.idle();
  expect(await Promise.all([0, 7, 499, 500, 1_199].map(places))).toEqual(Array(5).fill(['store:///srv/store']));
  expect(await blobInfo.uncompressedDigest(digest(7))).toBe(digest(1_000_007));
});

test('what is no longer there, or no longer whole, is forgotten of this place and of no other', async () => {
  const { recorder, places } = start();
  recorder.record(at('/a'), snapshot([blob(1), blob(2), blob(3)]));
  recorder.record(at('oci-archive:/b.tar'), snapshot([blob(1), blob(2)]));
  recorder.record(at('/a'), snapshot([blob(2, 'CORRUPT'), blob(3)], [layer(1), layer(3)]));
  await recorder.idle();
  expect(await Promise.all([1, 2, 3].map(places))).toEqual([['oci-archive:/b.tar'], ['oci-archive:/b.tar'], ['/a']]);
});

test('a source with more blobs than the bound is left out', async () => {
  const { recorder, places } = start(2);
  recorder.record(at('/a'), snapshot([blob(1), blob(2), blob(3)]));
  recorder.record(at('/b'), snapshot([blob(1), blob(2)]));
  await recorder.idle();
  expect(await places(1)).toEqual(['/b']);
});

test('a cache that fails is no trouble of the source; only a bug is reported, and the next is recorded', async () => {
  const { blobInfo, recorder, reports, places } = start();
  const { recordKnownLocations } = blobInfo;
  const errors = [new CacheError('NO_SPACE', 'The disk is full.'), new TypeError('a bug')];
  blobInfo.recordKnownLocations = async (...args) => {
    const error = errors.shift();
    if (error) throw error;
    await recordKnownLocations(...args);
  };
  for (const location of ['/a', '/b', '/c']) recorder.record(at(location), snapshot([blob(1)]));
  await recorder.idle();
  expect(await places(1)).toEqual(['/c']);
  expect(reports.reports).toMatchObject([{ error: { message: 'a bug' } }]);
});

test('disposed in the middle it stops after the transaction it is in', async () => {
  const { blobInfo, recorder, places } = start();
  const { recordKnownLocations } = blobInfo;
  let disposed: PromiseLike<void> | undefined;
  blobInfo.recordKnownLocations = async (...args) => {
    await recordKnownLocations(...args);
    disposed ??= recorder[Symbol.asyncDispose]();
  };
  const blobs = Array.from({ length: 1_200 }, (_, n) => blob(n));
  recorder.record(at('/a'), snapshot(blobs));
  await recorder.idle();
  await disposed;
  recorder.record(at('/b'), snapshot(blobs));
  await recorder.idle();
  expect(await Promise.all([0, 1_199].map(places))).toEqual([['/a'], []]);
});
