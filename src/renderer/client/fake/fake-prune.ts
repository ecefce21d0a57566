import { parseTime } from '../../../shared/base/time.ts';
import type { PlanItem, PrunePlan, PrunePolicy } from '../../../shared/model/plan.ts';
import { createFakeCatalog, refOf } from './catalog.ts';
import type { FakeRecord } from './records.ts';

/** A plan with its items, as the fake store keeps it. */
export interface FakePlan {
  readonly plan: PrunePlan;
  readonly goes: readonly PlanItem[];
  readonly stays: readonly PlanItem[];
  readonly kept: readonly FakeRecord[];
}

const bytesOf = (records: readonly FakeRecord[]): number => createFakeCatalog(records).totals.deduplicatedBytes;

/** Lets records go, oldest leaf first, until the policy is met. */
export function planFakePrune(
  sourceId: string,
  id: string,
  records: readonly FakeRecord[],
  policy: PrunePolicy,
): FakePlan {
  let kept = [...records];
  const goes: PlanItem[] = [];
  const young = (record: FakeRecord): boolean =>
    policy.keepDurationMs !== undefined && Date.now() - (parseTime(record.createdAt) ?? 0) < policy.keepDurationMs;
  for (;;) {
    const bytes = bytesOf(kept);
    if (policy.all !== true && bytes <= (policy.maxBytes ?? Number.POSITIVE_INFINITY)) break;
    const used = new Set(kept.flatMap((record) => record.inputs.flat().map((input) => input.record)));
    const leaf = kept.find((record) => !used.has(record) && !young(record));
    if (!leaf) break;
    kept = kept.filter((record) => record !== leaf);
    goes.push(item(leaf, bytes - bytesOf(kept), `over the limit, ${goes.length + 1}. to go`));
  }
  const keepBytes = bytesOf(kept);
  const all = bytesOf(records);
  const stays = kept.map((record) => {
    const users = kept.filter((one) => one.inputs.flat().some((input) => input.record === record)).length;
    const reason =
      users > 0 ? `${users} kept ${users === 1 ? 'record builds' : 'records build'} on it` : 'fits below the limit';
    return item(record, record.chain.at(-1)?.size ?? 0, reason);
  });
  return {
    goes,
    stays,
    kept,
    plan: {
      plan: id,
      sourceId,
      policy,
      exact: false,
      createdAt: Date.now(),
      goes: {
        records: goes.length,
        results: 0,
        blobs: goes.filter((one) => one.bytes > 0).length,
        bytes: all - keepBytes,
      },
      stays: { records: kept.length, blobs: createFakeCatalog(kept).totals.blobs, bytes: keepBytes },
      keepBytes,
      freedBytes: all - keepBytes,
      applied: false,
      kept: true,
    },
  };
}

function item(record: FakeRecord, bytes: number, reason: string): PlanItem {
  const { id, digest, kind, name, stage } = refOf(record);
  return {
    id,
    kind: 'record',
    digest,
    bytes,
    reason,
    recordKind: kind,
    ...(name === undefined ? {} : { name }),
    ...(stage === undefined ? {} : { stage }),
  };
}
