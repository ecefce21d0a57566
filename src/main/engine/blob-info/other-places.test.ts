import { expect, test } from 'vitest';
import type { LayerRow } from '../../../shared/model/layer.ts';
import type { Source } from '../../../shared/model/source.ts';
import { parseRef, type Ref } from '../../../shared/oci/reference.ts';
import type { Catalog } from '../ports/catalog.ts';
import { otherPlaces } from './other-places.ts';

const BLOB = `sha256:${'1'.repeat(64)}`;
const ODD_TAR: Ref = { transport: 'oci-archive', registry: '', repository: '/srv/odd:name.tar' };

interface Listed {
  readonly place: string | Ref;
  readonly location?: string;
  readonly state?: Source['state'];
  /** What its catalog answers; absent: it cannot be asked. */
  readonly holds?: readonly string[];
  readonly damaged?: readonly string[];
}

const placeOf = (place: string | Ref) => (typeof place === 'string' ? parseRef(place) : place);

/** What was seen, most recently first, and a list whose first source is asked about. */
function start(seen: readonly (string | Ref)[], listed: Readonly<Record<string, Listed>>) {
  const forgotten: string[] = [];
  const list = Object.entries(listed).map(([id, { place, location, state = 'ready', damaged = [] }]) => ({
    id,
    place: placeOf(place),
    location: location ?? placeOf(place).repository,
    state,
    problems: damaged.map((subject) => ({ subject })),
    caches: [],
  })) as unknown as Source[];
  const asked: string[] = [];
  const places = otherPlaces(
    {
      blobInfo: {
        knownLocations: async () => seen.map((place, at) => ({ ref: placeOf(place), recordedAt: 9 - at })),
        forgetLocation: async (_digest, ref) => {
          forgotten.push(ref.repository);
        },
      },
      sources: {
        list: () => list,
        get: (id) => list.find((source) => source.id === id) ?? ({} as Source),
        query: async (id, _signal, ask) => {
          asked.push(id);
          const rows = listed[id]?.holds;
          if (!rows) throw new Error('it cannot be asked');
          const layersPage: Catalog['layersPage'] = async () => ({
            rows: rows.map((digest) => ({ digest }) as LayerRow),
            total: rows.length,
            totalBytes: 0,
          });
          return ask({ layersPage } as Catalog, 1);
        },
      },
    },
    'here',
    [BLOB],
    undefined,
  );
  return { found: async () => (await places).get(BLOB), forgotten, asked };
}

test('places: on the same registry first, then sources of the list that hold it, then the most recently seen', async () => {
  const { found, forgotten, asked } = start(
    ['/closed', 'store:///srv/store', 'docker://registry.test/a/cache:main', ODD_TAR],
    {
      here: { place: 'docker://registry.test/b/cache:main', holds: [BLOB] },
      tar: { place: ODD_TAR, holds: [BLOB] },
      store: { place: 'store:///srv/store', location: '/srv/store', holds: [BLOB] },
      never: { place: '/never/seen', holds: [BLOB] },
    },
  );
  expect(await found()).toEqual([
    { location: 'docker://registry.test/a/cache:main', kind: 'docker', how: 'known', recordedAt: 7 },
    { location: '/srv/odd:name.tar', kind: 'oci-archive', how: 'open', recordedAt: 6, sourceId: 'tar' },
    { location: '/srv/store', kind: 'store', how: 'open', recordedAt: 8, sourceId: 'store' },
    { location: '/never/seen', kind: 'oci', how: 'open', sourceId: 'never' },
    { location: '/closed', kind: 'oci', how: 'known', recordedAt: 9 },
  ]);
  expect([forgotten, asked]).toEqual([[], ['tar', 'store', 'never']]);
});

test('another tag of the repository that is asked about is no other place', async () => {
  const { found } = start(['docker://registry.test/a/cache:next', 'docker://registry.test/b/cache:main'], {
    here: { place: 'docker://registry.test/a/cache:main' },
    tag: { place: 'docker://registry.test/a/cache:next', holds: [BLOB] },
  });
  expect((await found())?.map(({ location }) => location)).toEqual(['docker://registry.test/b/cache:main']);
});

test('a source of the list on this machine that has the blob no more is forgotten; what cannot be asked is kept', async () => {
  const { found, forgotten } = start(
    ['/pruned', '/reading', '/failing', 'docker://registry.test/a/cache:main', '/gone'],
    {
      here: { place: '/srv/cache' },
      pruned: { place: '/pruned', holds: [] },
      reading: { place: '/reading', state: 'opening' },
      failing: { place: '/failing' },
      far: { place: 'docker://registry.test/a/cache:main', holds: [] },
    },
  );
  expect((await found())?.map(({ location, how, sourceId }) => [location, how, sourceId])).toEqual([
    ['/reading', 'known', 'reading'],
    ['/failing', 'known', 'failing'],
    ['docker://registry.test/a/cache:main', 'known', 'far'],
    ['/gone', 'known', undefined],
  ]);
  expect(forgotten).toEqual(['/pruned']);
});

test('a source that has the blob damaged is no place for it, wherever it is', async () => {
  const { found, forgotten } = start(['/bad', 'docker://registry.test/a/cache:main', '/unasked'], {
    here: { place: '/srv/cache' },
    bad: { place: '/bad', holds: [BLOB], damaged: [BLOB] },
    far: { place: 'docker://registry.test/a/cache:main', holds: [BLOB], damaged: [BLOB] },
    unasked: { place: '/unasked', damaged: [BLOB] },
  });
  expect([await found(), forgotten]).toEqual([[], []]);
});
