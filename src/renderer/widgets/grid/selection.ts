/**
 * Chosen rows, by id, so that they stay chosen while they are scrolled away, sorted or filtered out. Selection is not
 * focus. `anchor` is the row a Shift range starts from.
 */
export interface Selection {
  readonly ids: ReadonlySet<string>;
  readonly anchor: string | undefined;
}

/** As many ids as the engine sums up in one call. */
export const MAX_SELECTED = 10_000;

export const NOTHING_SELECTED: Selection = { ids: new Set(), anchor: undefined };

/** Adds the row, or takes it out; it becomes the anchor. A full selection takes no more. */
export function toggled(selection: Selection, id: string): Selection {
  const ids = new Set(selection.ids);
  if (!ids.delete(id) && ids.size < MAX_SELECTED) ids.add(id);
  return { ids, anchor: id };
}

/**
 * Adds the rows from the anchor to here, or takes them out when the anchor itself is out. The anchor stays.
 * @param range ids between both, in any order
 */
export function extended(selection: Selection, range: readonly string[]): Selection {
  const ids = new Set(selection.ids);
  const adds = selection.anchor === undefined || ids.has(selection.anchor);
  for (const id of range) {
    if (!adds) ids.delete(id);
    else if (ids.size < MAX_SELECTED) ids.add(id);
  }
  return { ids, anchor: selection.anchor };
}

/** Exactly these rows, as many as may be selected. */
export function selectionOf(ids: readonly string[]): Selection {
  return { ids: new Set(ids.slice(0, MAX_SELECTED)), anchor: undefined };
}

/** What the checkbox in the header shows for so many rows in the list. */
export function headerState(selection: Selection, total: number): 'none' | 'some' | 'all' {
  if (selection.ids.size === 0) return 'none';
  return selection.ids.size >= total ? 'all' : 'some';
}
