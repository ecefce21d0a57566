import { CacheError } from '../../../shared/base/errors.ts';
import type { RecordColumn } from '../../../shared/fields/index.ts';
import { findCaches } from '../../../shared/model/find-caches.ts';
import type { LayerDetail } from '../../../shared/model/layer.ts';
import { splitRecordId } from '../../../shared/model/record-id.ts';
import { DIGEST_ALGORITHMS } from '../../../shared/oci/digest.ts';
import type { Catalog, RecordKey } from '../ports/catalog.ts';
import type { RowFilter } from '../ports/row-query.ts';

/** Ids listed in an error at most. */
const LISTED = 20;

/** Fewer digits than these are no name: half of the records would begin so. */
const MIN_DIGITS = 4;

/** What a written text may be the id of. */
export interface Lookup {
  /** Digests, whole or their beginnings: bare digits may be of any algorithm. */
  readonly digests: readonly string[];
  /** The number that an id has behind its digest. */
  readonly ordinal?: number | undefined;
  /** BuildKit's own id, whole or its beginning; absent where the text cannot be one. */
  readonly ownId?: string | undefined;
  readonly isWhole: boolean;
}

/**
 * Returns the record that a text names: by its id, its digest, or the first digits of one, with or without the number that an
 * id has (`4f1c9a~2`). What is written whole comes before what begins so.
 * @param find gives the first `limit` that a lookup finds, and how many there are
 * @throws `NOT_FOUND`; `CONFLICT` with the ids in the hint where several are meant
 */
export async function findKey<Key extends { readonly id: string }>(
  written: string,
  find: (lookup: Lookup, limit: number) => Promise<{ readonly keys: readonly Key[]; readonly total: number }>,
): Promise<Key> {
  for (const lookup of lookups(written)) {
    const { keys, total } = await find(lookup, LISTED);
    const [only] = keys;
    if (only === undefined) continue;
    if (total === 1) return only;
    const more = total > keys.length ? ` and ${total - keys.length} more` : '';
    throw new CacheError('CONFLICT', `${total} records ${lookup.isWhole ? 'have this digest' : 'begin with this'}.`, {
      subject: written,
      hint: `Give one of the ids: ${keys.map(({ id }) => id).join(', ')}${more}.`,
    });
  }
  throw new CacheError('NOT_FOUND', 'No record has this id or digest.', {
    subject: written === '' ? '""' : written,
    hint: `Give an id or digest, or at least ${MIN_DIGITS} of its first digits, as the table of keys shows them.`,
  });
}

/**
 * Returns the record of a catalog that a text names.
 * @param ref only of this cache, where several are in the source
 * @throws as `findKey`; `NOT_FOUND` for a reference that is not there
 */
export async function findRecord(catalog: Catalog, written: string, ref?: string): Promise<RecordKey> {
  const caches = findCaches(catalog.caches, ref);
  const among: RowFilter<RecordColumn>[] = caches ? [{ type: 'in', column: 'cache', values: caches }] : [];
  return findKey(written, (lookup, limit) => {
    const where = lookupFilter(lookup, catalog.du !== undefined);
    return catalog.recordKeys({ type: 'all', of: [...among, where] }, limit);
  });
}

/** Returns the numbers of records by their whole ids; those that are not there are left out. */
export async function numbersOf(catalog: Catalog, ids: readonly string[]): Promise<number[]> {
  if (ids.length === 0) return [];
  const wanted = new Set(ids);
  const digests = [...new Set(ids.map((id) => splitRecordId(id).digest))];
  const byDigest: RowFilter<RecordColumn> = { type: 'in', column: 'digest', values: digests };
  const where: RowFilter<RecordColumn> =
    catalog.du === undefined
      ? byDigest
      : { type: 'any', of: [{ type: 'in', column: 'ownId', values: [...wanted] }, byDigest] };
  const { keys } = await catalog.recordKeys(where, Number.MAX_SAFE_INTEGER);
  return keys.flatMap(({ n, id }) => (wanted.has(id) ? [n] : []));
}

/**
 * Returns the layer that a text names: by its digest or its first digits.
 * @throws as `findKey`
 */
export async function findLayer(catalog: Catalog, written: string): Promise<LayerDetail> {
  const whole = await catalog.layer(written);
  if (whole) return whole;
  const digests = digestsFrom(written) ?? [];
  const { rows, total } = await catalog.layersPage({
    where: { type: 'any', of: digests.map((text) => ({ type: 'begins', column: 'digest', text })) },
    order: ['place'],
    offset: 0,
    limit: LISTED,
  });
  const [only] = rows;
  const found = only && total === 1 ? await catalog.layer(only.digest) : undefined;
  if (found) return found;
  if (total === 0) {
    throw new CacheError('NOT_FOUND', 'The source has no such layer.', {
      subject: written,
      hint: `Give a digest, or at least ${MIN_DIGITS} of its first digits, as the table of layers shows them.`,
    });
  }
  const more = total > rows.length ? ` and ${total - rows.length} more` : '';
  throw new CacheError('CONFLICT', `${total} layers begin with this.`, {
    subject: written,
    hint: `Give one of the digests: ${rows.map(({ digest }) => digest).join(', ')}${more}.`,
  });
}

function lookups(written: string): Lookup[] {
  const { digest, ordinal } = splitRecordId(written);
  const found: Lookup[] = written === '' ? [] : [{ digests: [digest], ordinal, ownId: written, isWhole: true }];
  const digests = digestsFrom(digest);
  const isOwnId = ordinal === undefined && OWN_ID.test(written);
  if (digests || isOwnId) {
    found.push({ digests: digests ?? [], ordinal, ownId: isOwnId ? written : undefined, isWhole: false });
  }
  return found;
}

/** Beginnings of ids as BuildKit makes them. */
const OWN_ID = new RegExp(`^[0-9a-z]{${MIN_DIGITS},}$`);
const DIGITS = new RegExp(`^(?:(${Object.keys(DIGEST_ALGORITHMS).join('|')}):)?([0-9a-f]{${MIN_DIGITS},})$`);

/** The beginnings of digests that digits are, of each algorithm where none is written; undefined for what are no digits. */
export function digestsFrom(written: string): string[] | undefined {
  const [, algorithm, hex] = DIGITS.exec(written.toLowerCase()) ?? [];
  if (hex === undefined) return undefined;
  const algorithms = algorithm === undefined ? Object.keys(DIGEST_ALGORITHMS) : [algorithm];
  return algorithms.map((each) => `${each}:${hex}`);
}

function lookupFilter({ digests, ordinal, ownId, isWhole }: Lookup, hasOwnIds: boolean): RowFilter<RecordColumn> {
  const byDigest: RowFilter<RecordColumn> = isWhole
    ? { type: 'in', column: 'digest', values: digests }
    : { type: 'any', of: digests.map((text) => ({ type: 'begins', column: 'digest', text })) };
  const numbered: RowFilter<RecordColumn> =
    ordinal === undefined
      ? byDigest
      : { type: 'all', of: [byDigest, { type: 'compare', column: 'ordinal', operator: '=', value: ordinal }] };
  if (!hasOwnIds || ownId === undefined) return numbered;
  const own: RowFilter<RecordColumn> = isWhole
    ? { type: 'compare', column: 'ownId', operator: '=', value: ownId }
    : { type: 'begins', column: 'ownId', text: ownId };
  return { type: 'any', of: [own, numbered] };
}
