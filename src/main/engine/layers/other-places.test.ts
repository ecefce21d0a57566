import { expect, test } from 'vitest';
import { parseRef } from '../../../shared/oci/reference.ts';
import { otherPlaces } from './other-places.ts';

test('places come in the order of the cache, without the one asked about, and open ones name their source', async () => {
  const known = ['docker://registry.test/a/cache:main', 'store:///srv/store', '/srv/cache'].map((text, at) => ({
    ref: parseRef(text),
    recordedAt: 3 - at,
  }));
  const blobInfo = { knownLocations: async () => known };
  const open = [
    { id: 'one', location: '/srv/cache' },
    { id: 'two', location: '/srv/store' },
  ];
  expect(await otherPlaces(blobInfo, 'sha256:1', { location: '/srv/cache' }, open)).toEqual([
    { ref: 'docker://registry.test/a/cache:main', kind: 'docker', recordedAt: 3 },
    { ref: 'store:///srv/store', kind: 'store', recordedAt: 2, sourceId: 'two' },
  ]);
});
