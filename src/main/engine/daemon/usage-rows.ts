import type { RecordUsage } from '../../../shared/model/usage.ts';
import type { UsageRecord } from './disk-usage.ts';

/** BuildKit's own figures of a source: its records in the order of `du`, by BuildKit's id. */
export type UsageRows = ReadonlyMap<string, RecordUsage>;

/** Rows of `du` in the form the catalog keeps. */
export function usageRows(records: readonly UsageRecord[]): UsageRows {
  return new Map(
    records.map((record) => [
      record.id,
      {
        type: record.recordType,
        description: record.description,
        sizeBytes: record.size,
        usageCount: record.usageCount,
        createdAt: record.createdAt,
        ...(record.lastUsedAt === null ? {} : { lastUsedAt: record.lastUsedAt }),
        inUse: record.inUse,
        mutable: record.mutable,
        shared: record.shared,
        parents: [...(record.parents ?? [])],
      },
    ]),
  );
}
