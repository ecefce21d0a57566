/**
 * OCI image layouts that hold build caches, as a folder or a tar of one, read-only. What `CacheSource` promises is kept by
 * a thread that reads (`read-worker.ts`) over a folder or a tar (`storage.ts`); `layout.ts` says where things lie.
 */
import { CacheError, toCacheError } from '../../../shared/base/errors.ts';
import type { CacheSource } from '../../engine/ports/cache-source.ts';
import type { SourceAdapter } from '../../engine/ports/source-adapter.ts';
import { type LayoutProbe, probe } from './probe.ts';
import { createOciLayoutSource, createOciTarSource, LAYOUT, TAR } from './source.ts';

export { readCompanionNames } from './companions.ts';

/** An OCI layout in a folder. */
export const ociLayoutAdapter = adapterOf(LAYOUT);

/** An OCI layout in an uncompressed tar. */
export const ociTarAdapter = adapterOf(TAR);

/**
 * Opens a folder or a tar as a source. Nothing is read yet but what tells the two apart.
 * @throws `NOT_FOUND` where nothing is, `UNSUPPORTED_FORMAT` for what is not an OCI layout, saying what was looked for
 */
export async function openSource(path: string): Promise<CacheSource> {
  const found = await probed(path);
  if (found.kind !== undefined) return create(found.kind, found.location);
  throw new CacheError('UNSUPPORTED_FORMAT', found.seen, { subject: path, hint: found.hint });
}

/** The layout in a folder, also one that holds no cache; undefined where there is no layout. @throws `NOT_FOUND`, `ACCESS_DENIED` */
export async function openLayoutFolder(path: string): Promise<CacheSource | undefined> {
  const { kind, location } = await probed(path);
  return kind === 'oci-layout' ? createOciLayoutSource(location, { withoutCache: true }) : undefined;
}

function adapterOf(declared: typeof LAYOUT | typeof TAR): SourceAdapter {
  return {
    ...declared,
    schemes: [],
    opens: 'path',
    async open(path) {
      const { kind, location } = await probed(path);
      return kind === declared.kind ? create(kind, location) : undefined;
    },
    probe: async (path) => (await probe(path)).kind === declared.kind,
  };
}

function create(kind: NonNullable<LayoutProbe['kind']>, location: string): CacheSource {
  return kind === 'oci-layout' ? createOciLayoutSource(location) : createOciTarSource(location);
}

function probed(path: string): Promise<LayoutProbe> {
  return probe(path).catch((error: unknown) => {
    throw toCacheError(error, path);
  });
}
