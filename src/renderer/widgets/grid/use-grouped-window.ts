import { useMemo } from 'react';
import { createGroupMap } from './group-map.ts';
import type { RowRange } from './page-plan.ts';
import type { RowWindow } from './use-row-window.ts';

/** The same rows below their headings, where the list is divided; else as it is. `closed`: keys of closed groups. */
export function useGroupedWindow<Row>(rows: RowWindow<Row>, closed: ReadonlySet<string>): RowWindow<Row> {
  const { groups, show, between } = rows;
  const headings = useMemo(
    () => groups?.map((group) => ({ ...group, isOpen: !closed.has(group.key) })),
    [groups, closed],
  );
  const map = useMemo(() => (headings ? createGroupMap(headings) : undefined), [headings]);
  const grouped = useMemo(
    () => map && { show: (places: readonly RowRange[]) => show(places.flatMap(map.rowsIn)) },
    [map, show],
  );
  if (!map || !grouped || !headings) return rows;
  return {
    ...rows,
    total: map.total,
    show: grouped.show,
    rowAt: (place) => {
      const item = map.itemAt(place);
      return item.type === 'row' ? rows.rowAt(item.index) : undefined;
    },
    groupAt: (place) => {
      const item = map.itemAt(place);
      return item.type === 'group' ? headings[item.group] : undefined;
    },
    between: async (places) => (await Promise.all(map.rowsIn(places).map(between))).flat(),
  };
}
