/**
 * OCI image layouts that hold build caches, as a folder or a tar of one, read-only. What `CacheSource` promises is kept by
 * a thread that reads (`read-worker.ts`) over a folder or a tar (`storage.ts`); `layout.ts` says where things lie.
 */
import { CacheError, toCacheError } from '../../../shared/base/errors.ts';
import type { CacheSource } from '../../engine/ports/cache-source.ts';
import { type LayoutProbe, probe } from './probe.ts';
import { createOciLayoutSource, createOciTarSource } from './source.ts';

export { readCompanionNames } from './companions.ts';
export { probe } from './probe.ts';
export { createOciLayoutSource } from './source.ts';

/**
 * Opens a folder or a tar as a source. Nothing is read yet but what tells the two apart.
 * @throws `NOT_FOUND` where nothing is, `UNSUPPORTED_FORMAT` for what is not an OCI layout, saying what was looked for
 */
export async function openSource(location: string): Promise<CacheSource> {
  const found: LayoutProbe = await probe(location).catch((error: unknown) => {
    throw toCacheError(error, location);
  });
  if (found.kind === undefined)
    throw new CacheError('UNSUPPORTED_FORMAT', found.seen, { subject: location, hint: found.hint });
  return found.kind === 'oci-layout' ? createOciLayoutSource(found.location) : createOciTarSource(found.location);
}
