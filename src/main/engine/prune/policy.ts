import type { PrunePolicy } from '../../../shared/model/plan.ts';
import { ORPHAN_AGE_MS } from '../../../shared/model/plan.ts';
import type { UnitKind } from './store-units.ts';
import type { UnitPolicy } from './units.ts';

/** No unit that may go may stay. */
const NOTHING = -1;

/**
 * What a policy means at a moment, as rules to apply in turn. As in BuildKit, a duration protects above any size limit,
 * and alone it means "all that is older"; no limit means nothing is kept. Under every limit orphans go before records,
 * for nobody is served by them; but never those that something may be writing now.
 */
export function policiesOf(policy: PrunePolicy, nowMs: number, kind: (unit: number) => UnitKind): UnitPolicy[] {
  const { maxBytes, keepDurationMs = 0, all = false, orphans } = policy;
  const isOrphan = (unit: number) => kind(unit) === 'orphan';
  const rules: UnitPolicy[] = [];
  if (orphans !== undefined) {
    const newerThanMs = nowMs - (orphans.olderThanMs ?? ORPHAN_AGE_MS);
    rules.push({ reason: 'orphan', concerns: isOrphan, newerThanMs, bytesToKeep: () => NOTHING });
  }
  if (!concernsRecords(policy)) return rules;
  const keep = all || maxBytes === undefined ? NOTHING : maxBytes;
  return [
    ...rules,
    {
      reason: 'orphan',
      concerns: isOrphan,
      newerThanMs: nowMs - Math.max(ORPHAN_AGE_MS, keepDurationMs),
      bytesToKeep: () => keep,
    },
    {
      reason: all ? 'everything' : maxBytes === undefined ? 'too-old' : 'over-size',
      concerns: (unit) => !isOrphan(unit),
      newerThanMs: recordsNewerThan(policy, nowMs),
      bytesToKeep: () => keep,
    },
  ];
}

/** False for a policy about orphans alone. */
export function concernsRecords({ maxBytes, keepDurationMs, all }: PrunePolicy): boolean {
  return maxBytes !== undefined || keepDurationMs !== undefined || all === true;
}

/** Results newer than this moment (epoch ms) stay, whatever the size says; `undefined` where age protects nothing. */
export function recordsNewerThan({ keepDurationMs }: PrunePolicy, nowMs: number): number | undefined {
  return keepDurationMs === undefined ? undefined : nowMs - keepDurationMs;
}
