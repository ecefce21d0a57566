import type { LayoutIndexDocument, LayoutIndexEntry } from '../../../shared/oci/layout-index.ts';

/** Names the plan that made a reference what it is. A reference without it is somebody's own. */
const PRUNED_BY = 'cachewright/pruned-by';

/**
 * An index whose entries say which of them a prune made. The same cache may be imported under the same name: without the
 * mark nobody could tell then that an undo of the prune takes away what an import left.
 */
export function markPruned(before: LayoutIndexDocument, next: LayoutIndexDocument, plan: string): LayoutIndexDocument {
  const standing = new Set(before.manifests.map((entry) => JSON.stringify(entry)));
  const mark = (entry: LayoutIndexEntry) =>
    standing.has(JSON.stringify(entry))
      ? entry
      : { ...entry, annotations: { ...entry.annotations, [PRUNED_BY]: plan } };
  return { ...next, manifests: next.manifests.map(mark) };
}

/** An entry as somebody's own: no undo of a prune takes it away. */
export function asOwn(entry: LayoutIndexEntry): LayoutIndexEntry {
  if (entry.annotations?.[PRUNED_BY] === undefined) return entry;
  const { [PRUNED_BY]: _, ...annotations } = entry.annotations;
  return { ...entry, annotations };
}
