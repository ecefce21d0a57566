import { expect, test } from 'vitest';
import type { LayerDetail } from '../../../shared/model/layer.ts';
import type { Source } from '../../../shared/model/source.ts';
import { parseRef, type Ref } from '../../../shared/oci/reference.ts';
import { otherPlaces } from './other-places.ts';

const here = { place: parseRef('/srv/cache') };

function known(...places: readonly (string | Ref)[]) {
  const forgotten: Ref[] = [];
  return {
    forgotten,
    knownLocations: async () =>
      places.map((place, at) => ({ ref: typeof place === 'string' ? parseRef(place) : place, recordedAt: 9 - at })),
    forgetLocation: async (_digest: string, ref: Ref) => {
      forgotten.push(ref);
    },
  };
}

const listed = (id: string, place: string | Ref, state: Source['state'] = 'ready') => ({
  id,
  place: typeof place === 'string' ? parseRef(place) : place,
  state,
});
const ODD_TAR: Ref = { transport: 'oci-archive', registry: '', repository: '/srv/odd:name.tar' };
const holding = async () => ({ present: true }) as LayerDetail;

test('places come in the order of the cache, without the one asked about, and open ones name their source', async () => {
  const blobInfo = known('docker://registry.test/a/cache:main', 'store:///srv/store', '/srv/cache', ODD_TAR);
  const open = [
    listed('one', '/srv/cache'),
    listed('two', 'store:///srv/store'),
    listed('three', ODD_TAR),
    listed('four', 'docker://registry.test/a/cache:other'),
  ];
  expect(await otherPlaces(blobInfo, 'sha256:1', here, open, holding)).toEqual([
    { ref: 'docker://registry.test/a/cache:main', kind: 'docker', recordedAt: 9 },
    { ref: 'store:///srv/store', kind: 'store', recordedAt: 8, sourceId: 'two' },
    { ref: '/srv/odd:name.tar', kind: 'oci-archive', recordedAt: 6, sourceId: 'three' },
  ]);
  expect(blobInfo.forgotten).toEqual([]);
});

test('another tag of the repository that is asked about is no other place', async () => {
  const asked = { place: parseRef('docker://registry.test/a/cache:main') };
  const blobInfo = known('docker://registry.test/a/cache:next', 'docker://registry.test/b/cache:main');
  const found = await otherPlaces(blobInfo, 'sha256:1', asked, [], holding);
  expect(found.map(({ ref }) => ref)).toEqual(['docker://registry.test/b/cache:main']);
});

test('a place that is open and has the blob no more is forgotten; one that cannot be asked now is kept', async () => {
  const blobInfo = known('/pruned', '/cut', '/reading', 'docker://registry.test/a/cache:main', '/closed');
  const open = [
    listed('pruned', '/pruned'),
    listed('cut', '/cut'),
    listed('reading', '/reading', 'opening'),
    listed('far', 'docker://registry.test/a/cache:main'),
  ];
  const found = await otherPlaces(blobInfo, 'sha256:1', here, open, async (id) => {
    if (id === 'pruned') return undefined;
    if (id === 'cut') return { present: false } as LayerDetail;
    throw new Error(`${id} was asked`);
  });
  expect(found.map(({ ref }) => ref)).toEqual(['/reading', 'docker://registry.test/a/cache:main', '/closed']);
  expect(blobInfo.forgotten.map(({ repository }) => repository)).toEqual(['/pruned', '/cut']);
});
