import type { RecordUsage, UsageTotals } from '../../../shared/model/usage.ts';
import { parseInstant } from '../model/instant.ts';
import type { RecordColumns } from './catalog-columns.ts';

type Usage = ReadonlyMap<string, RecordUsage>;

/**
 * Puts BuildKit's own figures in place of what layers say, for the records that have them: own is the record and all it
 * stands on, adds the record alone. A record without a result was made when BuildKit says.
 */
export function applyUsage(records: Writable<RecordColumns>, usage: Usage): void {
  const sizes = usageSizes(usage);
  records.usage?.forEach((row, record) => {
    const size = row && sizes.get(records.ownId?.[record] ?? '');
    if (!size) return;
    records.ownBytes[record] = size.ownBytes;
    records.addsBytes[record] = row.sizeBytes;
    records.sharedBytes[record] = size.sharedBytes;
    if (records.usedMs) records.usedMs[record] = parseInstant(row.lastUsedAt)?.ms ?? Number.NaN;
    const at = records.createdAt[record] === undefined ? parseInstant(row.createdAt) : undefined;
    if (!at) return;
    records.createdAt[record] = row.createdAt;
    records.createdMs[record] = at.ms;
    records.createdNs[record] = at.ns;
  });
}

type Writable<T> = Omit<T, 'createdAt'> & { readonly createdAt: (string | undefined)[] };

/** What `du` prints below its rows. Must agree with `buildctl du`: reclaimable is what is not in use. */
export function usageTotals(rows: Usage): UsageTotals {
  const totals = { records: rows.size, totalBytes: 0, reclaimableBytes: 0 };
  for (const { sizeBytes, inUse } of rows.values()) {
    totals.totalBytes = Math.min(Number.MAX_SAFE_INTEGER, totals.totalBytes + sizeBytes);
    if (!inUse) totals.reclaimableBytes = Math.min(Number.MAX_SAFE_INTEGER, totals.reclaimableBytes + sizeBytes);
  }
  return totals;
}

/** Sizes of a record on a daemon's disk, in bytes. */
interface UsageSizes {
  /** The record and everything below it; what two inputs of a merge both stand on counts for each. */
  readonly ownBytes: number;
  /** The part of it that other records are or stand on. */
  readonly sharedBytes: number;
}

/**
 * Adds up each record with what it stands on, in linear time. A record that another stands on is shared with that one.
 * Sums stop at 2^53 − 1: what says more is damaged.
 */
function usageSizes(rows: Usage): ReadonlyMap<string, UsageSizes> {
  const isBelow = new Set([...rows.values()].flatMap((row) => row.parents));
  const sizes = new Map<string, UsageSizes>();
  const own = (id: string) => sizes.get(id)?.ownBytes ?? 0;
  for (const start of rows.keys()) {
    const open = [start];
    const inProgress = new Set<string>();
    for (let id = open.at(-1); id !== undefined; id = open.at(-1)) {
      const row = rows.get(id);
      if (!row || sizes.has(id)) {
        open.pop();
        continue;
      }
      // A parent that is still open closes a loop, and counts as nothing.
      const waitFor = inProgress.has(id) ? [] : row.parents.filter((one) => !sizes.has(one) && !inProgress.has(one));
      inProgress.add(id);
      if (waitFor.some((one) => rows.has(one))) {
        // One by one: there may be more than a call takes arguments.
        for (const one of waitFor) open.push(one);
        continue;
      }
      open.pop();
      const below = row.parents.reduce((sum, parent) => sum + own(parent), 0);
      const ownBytes = Math.min(Number.MAX_SAFE_INTEGER, below + row.sizeBytes);
      sizes.set(id, { ownBytes, sharedBytes: isBelow.has(id) ? ownBytes : Math.min(below, ownBytes) });
    }
  }
  return sizes;
}
