import {
  type LayoutIndexDocument,
  type LayoutIndexEntry,
  printLayoutIndex,
  referenceOf,
} from '../../../shared/oci/layout-index.ts';

/** An index with a plan taken back. */
export interface RestoredIndex {
  readonly text: string;
  /** References that lead again to what they led to before the plan. */
  readonly references: readonly string[];
  /** References that somebody changed after the plan: left as they are. */
  readonly leftAlone: readonly string[];
}

/**
 * Takes back what a plan changed (`before` → `after`) in the index as it is `now`, entry by entry: each entry that the
 * plan wrote is replaced by the one it had replaced. What was imported since stays.
 */
export function restoredIndex(
  before: LayoutIndexDocument,
  after: LayoutIndexDocument,
  now: LayoutIndexDocument,
): RestoredIndex {
  const textsAfter = new Set(after.manifests.map(text));
  const textsBefore = new Set(before.manifests.map(text));
  const written = after.manifests.filter((entry) => !textsBefore.has(text(entry)));
  let manifests = [...now.manifests];
  const references: string[] = [];
  const leftAlone: string[] = [];
  for (const old of before.manifests) {
    if (textsAfter.has(text(old))) continue;
    const ref = referenceOf(old);
    const replacement = written.find((entry) => referenceOf(entry) === ref);
    const at = replacement ? manifests.findIndex((entry) => text(entry) === text(replacement)) : -1;
    if (at >= 0) manifests = manifests.with(at, old);
    else if (!replacement && !manifests.some((entry) => referenceOf(entry) === ref)) manifests.push(old);
    else {
      leftAlone.push(ref);
      continue;
    }
    references.push(ref);
  }
  return { text: printLayoutIndex({ ...now, manifests }), references, leftAlone };
}

function text(entry: LayoutIndexEntry): string {
  return JSON.stringify(entry);
}
