import { CacheError } from '../../../shared/base/errors.ts';
import type { TransferOptions } from '../../../shared/model/transfer.ts';
import { withoutQuery } from '../../../shared/oci/location.ts';
import type { CacheTarget } from '../ports/cache-target.ts';
import type { PreparedCache } from './prepared.ts';

/**
 * Names caches for a target that keeps what it has. One whose name leads to another cache there gets the name of the
 * source's folder, unless a name was asked for, or the other cache may be replaced or is added to.
 * @param location of the source
 * @throws `CONFLICT` for a name that is taken and was asked for, or when the folder's name is taken too
 */
export async function nameAtTarget<T extends Pick<PreparedCache, 'ref' | 'documents'>>(
  target: CacheTarget | undefined,
  caches: readonly T[],
  { as, replace, merge }: Pick<TransferOptions, 'as' | 'replace' | 'merge'>,
  location: string,
  signal?: AbortSignal,
): Promise<T[]> {
  if (!target?.keepsCaches || replace || merge) return [...caches];
  const isTaken = (ref: string, { documents }: T) => target.leadsElsewhere(ref, documents.manifest, signal);
  const folder = nameOfLocation(location);
  const named: T[] = [];
  for (const cache of caches) {
    if (!(await isTaken(cache.ref, cache))) {
      named.push(cache);
      continue;
    }
    if (as !== undefined) throw taken(as);
    const ref = caches.length === 1 ? folder : `${folder}-${cache.ref}`.slice(0, MAX_TAG);
    if ((await isTaken(ref, cache)) || named.some((other) => other.ref === ref)) throw taken(`${cache.ref}, ${ref}`);
    named.push({ ...cache, ref });
  }
  return named;
}

const MAX_TAG = 128;

/** The last part of a location as a tag: `/srv/my cache.tar` is `my-cache`. */
export function nameOfLocation(location: string): string {
  const last =
    withoutQuery(location)
      .split(/[/\\]/)
      .findLast((part) => part !== '') ?? '';
  const name = last
    .replace(/\.tar$/, '')
    .replaceAll(/[^\w.-]+/g, '-')
    .replace(/^[^A-Za-z0-9_]+/, '');
  return name.slice(0, MAX_TAG) || 'cache';
}

/** The error for a name under which a store holds another cache. */
export function taken(name: string): CacheError {
  return new CacheError('CONFLICT', 'The store holds another cache under this name.', {
    subject: name,
    hint: 'Import it under another name (--as NAME), or replace the other cache (--replace): that one goes to the trash.',
  });
}

/** The error for a name under which somebody else has written since what was there was read. */
export function overtaken(name: string): CacheError {
  return new CacheError('CONFLICT', 'Another cache was written under this name in the meantime.', {
    subject: name,
    hint: 'Run it again.',
  });
}
