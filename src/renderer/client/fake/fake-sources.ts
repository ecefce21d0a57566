import { CacheError } from '../../../shared/base/errors.ts';
import type { Source } from '../../../shared/model/source.ts';
import { READ_ONLY_CACHE, type SourceAbilities } from '../../../shared/model/source-abilities.ts';
import { createFakeCatalog, type FakeCatalog, REF } from './catalog.ts';
import { createFakeRecords, type FakeRecord, fakeDigest } from './records.ts';

const STORE: SourceAbilities = { ...READ_ONLY_CACHE, prune: 'here', receive: true, repair: true };

/** A source of the fake engine with what it holds. */
export interface FakeSource {
  readonly source: Source;
  readonly records: readonly FakeRecord[];
  readonly catalog: FakeCatalog;
}

/** A source made of records; `version` rises when they change. */
export function createFakeSource(
  about: Pick<Source, 'id' | 'name' | 'kind' | 'location'> & Partial<Source>,
  records: readonly FakeRecord[] = createFakeRecords(),
  missing: ReadonlySet<string> = new Set(),
): FakeSource {
  const catalog = createFakeCatalog(records, missing);
  const { totals } = catalog;
  const config = { mediaType: 'application/vnd.buildkit.cacheconfig.v0', digest: fakeDigest('config'), size: 48_211 };
  const manifest = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: fakeDigest('manifest'),
    size: 6_120,
  };
  return {
    records,
    catalog,
    source: {
      state: 'ready',
      can: about.kind === 'store' ? STORE : READ_ONLY_CACHE,
      place: { transport: about.kind === 'store' ? 'store' : 'oci', registry: '', repository: about.location },
      sample: false,
      fingerprint: fakeDigest(`${about.id} ${records.length}`),
      totals,
      caches: [{ ref: REF, manifest, config, form: 'image-manifest', totals }],
      problems: [...missing].map((digest) => ({
        code: 'NOT_FOUND' as const,
        message: 'A layer blob is not there.',
        subject: digest,
        hint: 'Fetch it again from where the cache was written, or prune the records that use it.',
      })),
      version: 1,
      openedAt: Date.now(),
      ...about,
    },
  };
}

/** The sources that are open at first: a store, a sample, one with damage, an empty store, one that failed, one that is listed. */
export function createFakeSources(): Map<string, FakeSource> {
  const records = createFakeRecords();
  const lost = records.flatMap((record) => record.chain.slice(-1)).filter((_, at) => at === 9 || at === 22);
  const failed = createFakeSource(
    { id: 'failed', name: 'blobs', kind: 'oci-layout', location: '/srv/cache/blobs' },
    [],
  );
  const { totals: _totals, fingerprint: _fingerprint, ...bare } = failed.source;
  const error = new CacheError('UNSUPPORTED_FORMAT', 'This folder is not an OCI layout: it has no index.json.', {
    subject: '/srv/cache/blobs',
    hint: 'The folder above, cache, looks like an OCI layout.',
  });
  const listed = createFakeSource({
    id: 'listed',
    name: 'yesterday',
    kind: 'oci-layout',
    location: '/srv/cache/yesterday',
  });
  const { totals: _, ...unread } = listed.source;
  const list: readonly FakeSource[] = [
    createFakeSource({ id: 'store', name: 'app-store', kind: 'store', location: '/home/me/app-store' }),
    createFakeSource({
      id: 'sample',
      name: 'sample',
      kind: 'oci-layout',
      location: '/opt/cachewright/sample',
      sample: true,
    }),
    createFakeSource(
      { id: 'damaged', name: 'app-v1.tar', kind: 'oci-tar', location: '/srv/cache/app-v1.tar' },
      records,
      new Set(lost.map((layer) => layer.digest)),
    ),
    createFakeSource({ id: 'empty', name: 'empty-store', kind: 'store', location: '/home/me/empty-store' }, []),
    { ...failed, source: { ...bare, state: 'failed', caches: [], error: error.toJSON() } },
    { ...listed, source: { ...unread, state: 'listed' } },
  ];
  return new Map(list.map((one) => [one.source.id, one]));
}
