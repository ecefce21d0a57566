import { randomBytes } from 'node:crypto';
import { type CollectOwner, type CollectPlan, TOUCH_AFTER_MS } from '../../../shared/model/collect.ts';
import type { CollectedBucket } from '../ports/collected-bucket.ts';
import type { KeptPlan } from './kept-plan.ts';
import { lifecycleOf } from './lifecycle.ts';
import { type Mark, markBlobs } from './mark.ts';

/** Manifests that a plan lists. */
const OWNERS = 200;
const HOUR_MS = 3_600_000;

/** What a plan is made of. */
export interface PlanRequest {
  readonly bucket: CollectedBucket;
  readonly sourceId: string;
  readonly olderThanMs: number;
  /** Epoch ms, of the plan. */
  readonly now: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Works out what may go from a cache in a bucket: what no manifest needs and is old enough. Nothing is changed.
 * @throws as `markBlobs`
 */
export async function planCollect({ bucket, sourceId, olderThanMs, now, signal }: PlanRequest): Promise<KeptPlan> {
  const mark = await markBlobs(bucket, olderThanMs, signal);
  const needed = neededSum(mark);
  const uploads = await bucket.openUploads(signal);
  const undo = await bucket.keepsVersions(signal);
  const rules = await bucket.expiryRules(signal);
  const plan: CollectPlan = {
    plan: `p-collect-${randomBytes(3).toString('hex')}`,
    sourceId,
    createdAt: now,
    olderThanMs,
    goes: { blobs: mark.goes.length, bytes: mark.goes.bytes },
    stays: { needed: { blobs: needed.blobs, bytes: needed.bytes }, young: mark.young },
    missing: needed.missing,
    owners: ownersOf(mark)
      .sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1))
      .slice(0, OWNERS),
    manifests: mark.manifests.length,
    undo,
    ...(rules ? { lifecycle: lifecycleOf(rules, bucket.keys, mark, undo === 'versions') } : {}),
    ...(uploads ? { uploads } : {}),
    warnings: warningsOf(olderThanMs, mark.isAll),
    applied: false,
  };
  return { plan, looks: new Map(mark.manifests.map(({ name, look }) => [name, look])), goes: mark.goes };
}

function neededSum({ sizes }: Mark): { blobs: number; bytes: number; missing: number } {
  const sum = { blobs: 0, bytes: 0, missing: 0 };
  for (const size of sizes) {
    if (size < 0) sum.missing += 1;
    else {
      sum.blobs += 1;
      sum.bytes += size;
    }
  }
  return sum;
}

/** What each manifest keeps. */
function ownersOf({ manifests, sizes }: Mark): CollectOwner[] {
  const users = new Uint32Array(sizes.length);
  for (const { needs } of manifests) for (const number of needs) users[number] = (users[number] as number) + 1;
  return manifests.map(({ name, modifiedAt, needs }) => {
    const owner = { name, modifiedAt, blobs: 0, bytes: 0, onlyBytes: 0, missing: 0 };
    for (const number of needs) {
      const size = sizes[number] as number;
      if (size < 0) owner.missing += 1;
      else {
        owner.blobs += 1;
        owner.bytes += size;
        if (users[number] === 1) owner.onlyBytes += size;
      }
    }
    return owner;
  });
}

function warningsOf(olderThanMs: number, isAll: boolean): string[] {
  const young =
    'An export that runs now may count on blobs younger than ' +
    `${TOUCH_AFTER_MS / HOUR_MS} hours, which it does not renew, and writes its manifest last. Take a longer age, or be sure that none runs.`;
  const others =
    'Other keys lie below the prefix of this cache, and not all of them were looked into. Be sure that no cache there has ' +
    'another manifests_prefix and the same blobs.';
  return [...(olderThanMs > TOUCH_AFTER_MS ? [] : [young]), ...(isAll ? [] : [others])];
}
