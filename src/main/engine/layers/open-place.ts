import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import { locationOfPlace } from '../blob-info/same-place.ts';
import type { BIC } from '../ports/blob-info-cache.ts';
import type { SourceRegistry } from '../ports/source-registry.ts';

/**
 * Opens a place where a blob was seen, or a source of the list. One where nothing is any more is forgotten, for this blob: the others of the
 * place are when they are asked for, or when it opens again.
 * @throws `NOT_FOUND` for a place that is gone, or where the blob was never seen; what `SourceRegistry.open` throws
 */
export async function openPlace(
  blobInfo: Pick<BIC, 'knownLocations' | 'forgetLocation'>,
  sources: Pick<SourceRegistry, 'open' | 'list'>,
  { digest, location: text }: { readonly digest: string; readonly location: string },
) {
  const known = (await blobInfo.knownLocations(digest)).find(({ ref }) => locationOfPlace(ref) === text);
  if (known === undefined && !sources.list().some(({ location }) => location === text)) {
    throw new CacheError('NOT_FOUND', 'The blob was not seen there.', {
      subject: text,
      hint: 'Open the place by its path or reference instead.',
    });
  }
  try {
    return await sources.open(text);
  } catch (error) {
    if (known && isCacheError(error, 'NOT_FOUND')) await blobInfo.forgetLocation(digest, known.ref);
    throw error;
  }
}
