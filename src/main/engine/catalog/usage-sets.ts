import type { RecordUsage } from '../../../shared/model/usage.ts';

/** BuildKit's own figures of one record of a catalog. */
export interface UsageRow {
  /** Number of the record. */
  readonly record: number;
  /** BuildKit's id. */
  readonly id: string;
  readonly usage: Pick<RecordUsage, 'sizeBytes' | 'parents'>;
}

const IN_SET = 1;
const OUTSIDE = 2;

/**
 * Bytes on a daemon's disk of a set of records with everything they stand on, each once; and those of them that no record
 * outside of the set is or stands on. Linear.
 * @param chosen record → 1 for those of the set
 */
export function measureUsage(
  rows: readonly UsageRow[],
  chosen: Uint8Array,
): { readonly deduplicatedBytes: number; readonly onlyTheseBytes: number } {
  const places = new Map(rows.map(({ id }, place) => [id, place]));
  const marks = new Uint8Array(rows.length);
  const spread = (mark: number, isOf: (row: UsageRow) => boolean) => {
    const open = rows.flatMap((row, place) => (isOf(row) ? [place] : []));
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (((marks[place] as number) & mark) !== 0) continue;
      marks[place] = (marks[place] as number) | mark;
      for (const parent of rows[place]?.usage.parents ?? []) {
        const below = places.get(parent);
        if (below !== undefined) open.push(below);
      }
    }
  };
  spread(IN_SET, ({ record }) => chosen[record] === 1);
  spread(OUTSIDE, ({ record }) => chosen[record] !== 1);
  let deduplicatedBytes = 0;
  let onlyTheseBytes = 0;
  rows.forEach(({ usage }, place) => {
    if (((marks[place] as number) & IN_SET) === 0) return;
    deduplicatedBytes += usage.sizeBytes;
    if (marks[place] === IN_SET) onlyTheseBytes += usage.sizeBytes;
  });
  return { deduplicatedBytes, onlyTheseBytes };
}
