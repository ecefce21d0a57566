import { CacheError } from '../../../shared/base/errors.ts';
import { CACHE_FORMS } from '../../../shared/model/cache-forms.ts';
import { findCaches } from '../../../shared/model/find-caches.ts';
import type { TransferOptions } from '../../../shared/model/transfer.ts';
import { isTag } from '../../../shared/oci/reference.ts';
import type { SourceCache, SourceSnapshot } from '../ports/cache-source.ts';
import { pickRecords } from '../remotecache/reshape.ts';
import { exportRecord } from './export-record.ts';
import { pickRecord } from './pick-record.ts';
import { undescribedResults } from './selected-cache.ts';

/** A cache that is to be written, and under which reference. */
export interface ChosenCache {
  readonly cache: SourceCache;
  readonly ref: string;
  /** What of its results is taken: `max` where they are chosen already. */
  readonly mode: TransferOptions['mode'];
  /** Results that were asked for and are not in it any more, since no descriptor names a blob of theirs. */
  readonly leftOut?: number;
}

/**
 * Returns the caches of a source that a transfer takes, each under its own name: the one that `ref` picks, else all.
 * @throws `NOT_FOUND` listing what there is
 */
export function chooseCaches(
  snapshot: Pick<SourceSnapshot, 'caches'>,
  ref: string | undefined,
): Omit<ChosenCache, 'mode'>[] {
  // Records of a daemon that no key leads to cannot be found by a build either.
  const caches = snapshot.caches.filter(({ form }) => CACHE_FORMS[form].hasKeys);
  const [only] = caches;
  if (!only || snapshot.caches.some((cache) => cache.ref === ref && !caches.includes(cache))) {
    const what = only
      ? 'These records have no keys, so no build could find them.'
      : 'There is no cache in this source.';
    throw new CacheError('NOT_FOUND', what, {
      ...(ref === undefined ? {} : { subject: ref }),
      hint: only ? `Choose ${only.ref}.` : 'Choose a source that has one.',
    });
  }
  const numbers = findCaches(caches, ref);
  const chosen = numbers ? caches.filter((_, number) => numbers.includes(number)) : caches;
  return chosen.map((cache) => ({ cache, ref: CACHE_FORMS[cache.form].isNamed ? cache.ref : DEFAULT_REF }));
}

/**
 * Returns the caches that a transfer writes, of each what it takes, under the names they get at any target.
 * @param isJoined whether they become one, under the name of the first
 * @throws as `chooseCaches`, `pickRecord` and `underName`
 */
export async function chosenFor(
  snapshot: Pick<SourceSnapshot, 'caches'>,
  { ref, key, as, mode }: Pick<TransferOptions, 'ref' | 'key' | 'as' | 'mode'>,
  isJoined: boolean,
  signal?: AbortSignal,
): Promise<ChosenCache[]> {
  // Of joined sources they are chosen when they are read: each has its own names.
  const chosen = chooseCaches(snapshot, isJoined ? undefined : ref);
  if (key === undefined) {
    const whole = chosen.map((each) => ({ ...each, mode }));
    return underName(whole, as, undefined, isJoined);
  }
  if (isJoined) {
    throw new CacheError('INVALID_INPUT', 'A record can be picked from one source only.', {
      subject: key,
      hint: 'Name one source, or leave the key away.',
    });
  }
  const caches = chosen.map(({ cache }) => cache);
  const { cache, record } = await pickRecord(snapshot.caches, caches, key);
  const from = chosen.filter((each) => each.cache === cache);
  const leftOut = undescribedResults({ ...cache, parsed: pickRecords(cache.parsed, [record]) }, mode);
  const picked = { cache: await exportRecord(cache, record, mode, signal), mode: 'max', leftOut } as const;
  return underName(
    from.map((each) => ({ ...each, ...picked })),
    as,
  );
}

/**
 * Gives caches the one name that was asked for, or that the target takes; those that become one that of the first, else.
 * @param targetName the one name that the target takes, where its location says one
 * @throws `INVALID_INPUT` for several caches under one name, for two names, and for what is no name
 */
export function underName(
  chosen: readonly ChosenCache[],
  as: string | undefined,
  targetName?: string,
  isJoined = false,
): ChosenCache[] {
  const name = nameFor(as, targetName) ?? (isJoined ? chosen[0]?.ref : undefined);
  if (name === undefined) return [...chosen];
  if (chosen.length === 1 || isJoined) return chosen.map((each) => ({ ...each, ref: name }));
  throw new CacheError('INVALID_INPUT', `${chosen.length} caches cannot all be written under one name.`, {
    subject: name,
    hint: `Pick one (${chosen.map((each) => each.ref).join(', ')}), or name none: then each goes under its own name.`,
  });
}

function nameFor(as: string | undefined, targetName: string | undefined): string | undefined {
  if (as === undefined) return targetName;
  if (targetName === undefined || targetName === as) return checkedName(as);
  throw new CacheError('INVALID_INPUT', 'The target says another name.', {
    subject: as,
    hint: `Leave the name away, or the tag ${targetName} of the target.`,
  });
}

/** What BuildKit looks up where no other is named: the key graph of a daemon has no reference of its own. */
const DEFAULT_REF = 'latest';

/** A name that BuildKit can look up as a tag. */
function checkedName(ref: string): string {
  if (isTag(ref)) return ref;
  throw new CacheError('INVALID_INPUT', 'This cannot be the name of a reference.', {
    subject: ref.slice(0, 200),
    hint: 'Use letters, digits, dots, dashes and underscores.',
  });
}
