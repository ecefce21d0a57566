import type { LifecycleRule } from '@aws-sdk/client-s3';
import type { ExpiryRule } from '../../engine/ports/collected-bucket.ts';

/** Returns what a lifecycle rule of S3 says of ages. Sizes that it may be limited to are passed over: it is taken to mean all. */
export function toExpiryRule(rule: LifecycleRule): ExpiryRule {
  const { ID = '', Status, Filter, Prefix, Expiration, Transitions = [] } = rule;
  return {
    id: ID,
    isEnabled: Status === 'Enabled',
    prefix: Filter?.Prefix ?? Filter?.And?.Prefix ?? Prefix ?? '',
    hasTags: Filter?.Tag !== undefined || (Filter?.And?.Tags ?? []).length > 0,
    days: Expiration?.Days,
    at: Expiration?.Date?.getTime(),
    movesTo: Transitions.flatMap(({ StorageClass }) => StorageClass ?? []),
    asWritten: JSON.parse(JSON.stringify(rule)),
  };
}
