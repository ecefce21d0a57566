import type { RowRange } from './page-plan.ts';

/** A heading among rows, and how many rows stand below it when it is open. */
export interface RowGroup {
  /** Unique in its list. */
  readonly key: string;
  readonly rows: number;
  /** What its rows add up to. */
  readonly bytes: number;
  readonly isOpen: boolean;
}

/** What stands at a place of a grouped list: a heading, or a row by its index among all rows. */
export type GroupItem =
  | { readonly type: 'group'; readonly group: number }
  | { readonly type: 'row'; readonly index: number };

/** Places of headings and rows in a grouped list. Rows of a closed group have no place. */
export interface GroupMap {
  /** Places in all. */
  readonly total: number;
  readonly itemAt: (place: number) => GroupItem;
  /** Place of a group's heading. */
  readonly placeOf: (group: number) => number;
  /** The rows that stand in a range of places, as few ranges as possible. */
  readonly rowsIn: (places: RowRange) => readonly RowRange[];
}

/** A map over groups in their order. Time and memory are linear in the groups, a look-up is a binary search. */
export function createGroupMap(groups: readonly Pick<RowGroup, 'rows' | 'isOpen'>[]): GroupMap {
  // For each group: place of its heading, and index of its first row among all rows.
  const places: number[] = [];
  const firstRows: number[] = [];
  let place = 0;
  let row = 0;
  for (const group of groups) {
    places.push(place);
    firstRows.push(row);
    place += 1 + (group.isOpen ? group.rows : 0);
    row += group.rows;
  }
  const total = place;

  const groupAt = (at: number): number => {
    let low = 0;
    let high = places.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((places[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  };

  return {
    total,
    placeOf: (group) => places[group] ?? 0,
    itemAt: (at) => {
      const group = groupAt(at);
      const below = at - (places[group] ?? 0);
      return below === 0 ? { type: 'group', group } : { type: 'row', index: (firstRows[group] ?? 0) + below - 1 };
    },
    rowsIn: ({ first, last }) => {
      const ranges: { first: number; last: number }[] = [];
      for (let group = groupAt(first); group < groups.length; group += 1) {
        const heading = places[group] ?? 0;
        if (heading >= last) break;
        const open = groups[group]?.isOpen ? (groups[group]?.rows ?? 0) : 0;
        const from = (firstRows[group] ?? 0) + Math.max(0, first - heading - 1);
        const to = (firstRows[group] ?? 0) + Math.min(open, last - heading - 1);
        if (from >= to) continue;
        const before = ranges.at(-1);
        if (before?.last === from) before.last = to;
        else ranges.push({ first: from, last: to });
      }
      return ranges;
    },
  };
}
