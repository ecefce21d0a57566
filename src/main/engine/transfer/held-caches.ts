import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import { CACHE_FORMS } from '../../../shared/model/cache-forms.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import type { CacheSource, SourceCache } from '../ports/cache-source.ts';
import type { CacheTarget } from '../ports/cache-target.ts';
import type { ChosenCache } from './choose-caches.ts';
import type { Merging } from './run.ts';

/** What a reference of a target holds before something is added to it. */
export interface HeldCaches {
  readonly ref: string;
  /** Empty where nothing stands there. */
  readonly chosen: readonly ChosenCache[];
  /** Digests of their manifests: what the reference may lead to when it is switched. */
  readonly manifests: ReadonlySet<string>;
}

/**
 * Reads what stands under the names that caches get at a target, so that it can be joined with what is written.
 * @throws `CONFLICT` for a cache inside an image, which would be replaced with it; what the reading throws
 */
export async function heldCaches(
  target: Pick<CacheTarget, 'namesFor' | 'locationOf' | 'leadsElsewhere'>,
  chosen: readonly ChosenCache[],
  merging: Merging,
  signal?: AbortSignal,
): Promise<HeldCaches[]> {
  const held: HeldCaches[] = [];
  for (const ref of new Set(chosen.map((each) => each.ref))) held.push(await heldUnder(target, ref, merging, signal));
  return held;
}

async function heldUnder(
  target: Pick<CacheTarget, 'namesFor' | 'locationOf' | 'leadsElsewhere'>,
  ref: string,
  { openPlace }: Merging,
  signal?: AbortSignal,
): Promise<HeldCaches> {
  const names = new Set(target.namesFor(ref));
  const location = target.locationOf(ref);
  const read = () => readCaches(() => openPlace(location, signal), signal);
  let all = await read();
  const isHeld = (cache: SourceCache): boolean => names.has(cache.ref);
  if (!all.some(isHeld) && (await target.leadsElsewhere(ref, NO_MANIFEST, signal))) {
    // Somebody may have written it in this moment.
    all = await read();
    if (!all.some(isHeld)) throw noCache(ref);
  }
  const caches = all.filter(isHeld);
  const inside = caches.find(({ form }) => !CACHE_FORMS[form].mayLosePart);
  if (inside) {
    throw new CacheError('CONFLICT', 'An image stands under this name, with its cache inside.', {
      subject: inside.ref,
      hint: 'Add to another name: an image cannot be merged into.',
    });
  }
  return {
    ref,
    chosen: caches.map((cache) => ({ cache, ref, mode: 'max' })),
    manifests: new Set(caches.flatMap(({ manifest }) => manifest?.digest ?? [])),
  };
}

/** What no reference leads to. */
const NO_MANIFEST: Descriptor = { mediaType: '', digest: `sha256:${'0'.repeat(64)}`, size: 0 };

function noCache(ref: string): CacheError {
  return new CacheError('CONFLICT', 'Something else than a cache stands under this name.', {
    subject: ref,
    hint: 'Add to another name.',
  });
}

async function readCaches(open: () => Promise<Pick<CacheSource, 'read'>>, signal?: AbortSignal) {
  try {
    return (await (await open()).read(signal ? { signal } : {})).caches;
  } catch (error) {
    if (isCacheError(error, 'NOT_FOUND')) return [];
    throw error;
  }
}
