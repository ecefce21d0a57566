import { CacheError } from '../base/errors.ts';

/** References listed in an error at most. */
const LISTED_REFS = 20;

/**
 * Returns the numbers of the caches under a reference; of all of them without one, which is said by undefined.
 * @throws `NOT_FOUND` with those there are in the hint
 */
export function findCaches(
  caches: readonly { readonly ref: string }[],
  ref: string | undefined,
): readonly number[] | undefined {
  if (ref === undefined) return undefined;
  const found = caches.flatMap((cache, number) => (cache.ref === ref ? [number] : []));
  if (found.length > 0) return found;
  const refs = caches.slice(0, LISTED_REFS).map((cache) => cache.ref);
  const more = caches.length > refs.length ? ` and ${caches.length - refs.length} more` : '';
  throw new CacheError('NOT_FOUND', 'This source has no cache of that name.', {
    subject: ref,
    hint: refs.length === 0 ? 'It holds no cache at all.' : `There is: ${refs.join(', ')}${more}.`,
  });
}
