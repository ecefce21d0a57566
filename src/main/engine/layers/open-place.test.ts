import { expect, test, vi } from 'vitest';
import { CacheError, type CacheErrorCode } from '../../../shared/base/errors.ts';
import type { Source } from '../../../shared/model/source.ts';
import { parseRef, type Ref } from '../../../shared/oci/reference.ts';
import { createMemoryBlobInfoCache } from '../../adapters/memory/testing/blob-info-cache.ts';
import { openPlace } from './open-place.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const tar: Ref = { transport: 'oci-archive', registry: '', repository: '/srv/odd:name.tar' };

async function start(code?: CacheErrorCode) {
  const blobInfo = createMemoryBlobInfoCache();
  await blobInfo.recordKnownLocation(digest, tar);
  await blobInfo.recordKnownLocation(digest, parseRef('store:///srv/store'));
  const open = vi.fn(async () => {
    if (code) throw new CacheError(code, 'It does not open.');
    return { source: {} as never, jobId: 'job' };
  });
  const places = async () => (await blobInfo.knownLocations(digest)).map(({ ref }) => ref.repository).sort();
  const list = () => [{ location: '/srv/listed' } as Source];
  return { blobInfo, open, list, places };
}

test('opens a place by the text that was listed, a tar by its path', async () => {
  const { blobInfo, open, list, places } = await start();
  await openPlace(blobInfo, { open, list }, { digest, location: '/srv/odd:name.tar' });
  await openPlace(blobInfo, { open, list }, { digest, location: 'store:///srv/store' });
  expect(open.mock.calls).toEqual([['/srv/odd:name.tar'], ['store:///srv/store']]);
  expect(await places()).toEqual(['/srv/odd:name.tar', '/srv/store']);
});

test('a place that is gone is forgotten; one that only does not answer is kept', async () => {
  const gone = await start('NOT_FOUND');
  const ask = { digest, location: 'store:///srv/store' };
  await expect(openPlace(gone.blobInfo, gone, ask)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await gone.places()).toEqual(['/srv/odd:name.tar']);
  const silent = await start('UNAVAILABLE');
  await expect(openPlace(silent.blobInfo, silent, ask)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(await silent.places()).toEqual(['/srv/odd:name.tar', '/srv/store']);
});

test('a source of the list is opened by its location, and nothing is forgotten of it', async () => {
  const { blobInfo, open, list } = await start('NOT_FOUND');
  const ask = openPlace(blobInfo, { open, list }, { digest, location: '/srv/listed' });
  await expect(ask).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(open.mock.calls).toEqual([['/srv/listed']]);
});

test('only a place where the blob was seen is opened', async () => {
  const { blobInfo, open, list } = await start();
  const ask = openPlace(blobInfo, { open, list }, { digest, location: '/etc' });
  await expect(ask).rejects.toMatchObject({ code: 'NOT_FOUND', subject: '/etc' });
  expect(open).not.toHaveBeenCalled();
});
