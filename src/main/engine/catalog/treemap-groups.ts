import type { TreemapGroup, TreemapTile } from '../../../shared/model/overview.ts';
import type { RecordRow } from '../../../shared/model/record.ts';
import { shortDigest } from '../../../shared/oci/digest.ts';

/** What tiles of a treemap are put together by. */
export type TreemapGrouping = 'step' | 'kind' | 'age';

/** What decides in which group a blob is. */
export interface GroupFacts {
  /** No result has it. */
  readonly isUnused: boolean;
  /**
   * No step of this cache put it there: it lies below the record it is shown under, as the layers of a base image do. Of a
   * daemon's record, which stands for itself, none does.
   */
  readonly isInherited: boolean;
  readonly kind?: RecordRow['kind'] | undefined;
  readonly stage?: string | undefined;
  /** Number of the first of `ageLimits` that it is not older than, their count where it is older than all; absent without a date. */
  readonly age?: number | undefined;
  /** The layer at the bottom of its chain, where no stage is known. */
  readonly bottom?: { readonly digest: string; readonly name?: string | undefined } | undefined;
}

/** What is known of some blobs together. */
export interface GroupSum {
  readonly facts: GroupFacts;
  readonly tiles: number;
  readonly bytes: number;
}

type Group = Pick<TreemapGroup, 'key' | 'label'>;

const DAY_MS = 86_400_000;
/** Youngest first. */
const AGES = [
  { key: 'day', label: 'Last 24 hours', days: 1 },
  { key: 'week', label: 'Last 7 days', days: 7 },
  { key: 'month', label: 'Last 30 days', days: 30 },
  { key: 'quarter', label: 'Last 90 days', days: 90 },
] as const;
const OLDER: Group = { key: 'older', label: 'Older' };
const UNDATED: Group = { key: 'undated', label: 'No date' };
const UNUSED: Group = { key: 'unused', label: 'In no result' };
const INHERITED: Group = { key: 'inherited', label: 'Below the steps' };
const OTHERS: Group = { key: 'others', label: 'Others' };

/** Returns the times (epoch ms) from which on a blob is in each age group, the youngest first. */
export function ageLimits(nowMs: number): readonly number[] {
  return AGES.map(({ days }) => nowMs - days * DAY_MS);
}

/** Returns the group of a blob. A stage is written `assets 2/3`: the steps of one stage belong together. */
export function groupOf(facts: GroupFacts, grouping: TreemapGrouping): Group {
  const { isUnused, isInherited, kind = 'unknown', stage, age, bottom } = facts;
  if (isUnused) return UNUSED;
  if (grouping === 'age') return age === undefined ? UNDATED : (AGES[age] ?? OLDER);
  if (grouping === 'kind') return isInherited ? INHERITED : { key: kind, label: kind };
  if (stage === undefined) {
    if (bottom === undefined) return { key: kind, label: kind };
    return { key: `layer:${bottom.digest}`, label: bottom.name ?? shortDigest(bottom.digest) };
  }
  if (isInherited) return INHERITED;
  const name = stage.replace(/ \d+\/\d+$/, '');
  return { key: `stage:${name}`, label: name };
}

/**
 * Returns the groups with at least one tile, the largest first, and one more for all that have none.
 * @param sums of every group that has a tile
 * @param all of all blobs
 * @throws `RangeError` for a tile whose group has no sum
 */
export function arrangeGroups(
  grouping: TreemapGrouping,
  tiles: readonly { readonly facts: GroupFacts; readonly tile: TreemapTile }[],
  sums: readonly GroupSum[],
  all: Omit<GroupSum, 'facts'>,
): TreemapGroup[] {
  const groups = new Map<string, TreemapGroup>();
  for (const { facts, tiles: count, bytes } of sums) {
    const { key, label } = groupOf(facts, grouping);
    const group = groups.get(key) ?? { key, label, bytes: 0, tiles: [], rest: { tiles: 0, bytes: 0 } };
    groups.set(key, group);
    group.bytes += bytes;
    group.rest.tiles += count;
    group.rest.bytes += bytes;
  }
  for (const { facts, tile } of tiles) {
    const group = groups.get(groupOf(facts, grouping).key);
    if (group === undefined) throw new RangeError('a tile is in no group');
    group.tiles.push(tile);
    group.rest.tiles -= 1;
    group.rest.bytes -= tile.bytes;
  }
  const shown = [...groups.values()]
    .filter((group) => group.tiles.length > 0 || group.key === UNUSED.key)
    .sort((a, b) => b.bytes - a.bytes || (a.key < b.key ? -1 : 1));
  const rest = { tiles: all.tiles, bytes: all.bytes };
  for (const group of shown) {
    rest.tiles -= group.tiles.length + group.rest.tiles;
    rest.bytes -= group.bytes;
  }
  if (rest.tiles > 0) shown.push({ ...OTHERS, bytes: rest.bytes, tiles: [], rest });
  return shown;
}

/** Names a tile: an inherited blob is a layer, and not the step that it is shown under. */
export function inheritedName(blob: string): { readonly kind: 'unknown'; readonly name: string } {
  return { kind: 'unknown', name: `layer ${shortDigest(blob)}` };
}
