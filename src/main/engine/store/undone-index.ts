import {
  type LayoutIndexDocument,
  type LayoutIndexEntry,
  printLayoutIndex,
  referenceOf,
} from '../../../shared/oci/layout-index.ts';
import { ANNOTATIONS } from '../../../shared/oci/media-types.ts';
import { asOwn } from './prune-mark.ts';

/** The references before and after what is undone, and as they stand. */
export interface Undoing {
  readonly before: LayoutIndexDocument;
  readonly after: LayoutIndexDocument;
  readonly now: LayoutIndexDocument;
  /** An import brought what cannot be made again from what comes back: it stays under another name. */
  readonly cause: 'prune' | 'import';
}

/** An index with a batch taken back. */
export interface UndoneIndex {
  readonly text: string;
  /** References that lead again to what they led to before. */
  readonly references: readonly string[];
  /** Caches that are there under another name than they had: `as`. */
  readonly beside: readonly { readonly ref: string; readonly as: string }[];
}

/**
 * Takes back what a batch changed (`before` → `after`) in the index as it is `now`, entry by entry. An entry that was
 * written in the place of another makes way for it. Where something else has taken the name since, that stays, and what
 * comes back is put beside it under another name. Doing it twice is doing it once.
 */
export function undoneIndex({ before, after, now, cause }: Undoing): UndoneIndex {
  const written = takenAway(after, before);
  let manifests = [...now.manifests];
  const references: string[] = [];
  const beside: { ref: string; as: string }[] = [];
  for (const old of takenAway(before, after)) {
    const ref = referenceOf(old);
    const back = manifests.findIndex((entry) => isBack(entry, old));
    const standing = manifests[back];
    if (standing) {
      // A prune may have made it: the undo of that one leaves it alone from now on.
      manifests = manifests.with(back, asOwn(standing));
      continue;
    }
    const replacement = written.find((entry) => referenceOf(entry) === ref);
    const at = replacement ? manifests.findIndex((entry) => text(entry) === text(replacement)) : -1;
    if (replacement && at >= 0) {
      manifests = manifests.with(at, old);
      references.push(ref);
      if (cause === 'prune') continue;
      const as = freeName(manifests, `${ref}-imported`);
      manifests.push(named(replacement, as));
      beside.push({ ref, as });
    } else if (!manifests.some((entry) => referenceOf(entry) === ref)) {
      manifests.push(old);
      references.push(ref);
    } else {
      const as = freeName(manifests, `${ref}${RESTORED}`);
      manifests.push(named(old, as));
      beside.push({ ref, as });
    }
  }
  return { text: printLayoutIndex({ ...now, manifests }), references, beside };
}

/** Entries of `before` that are not in `after`. */
export function takenAway(before: LayoutIndexDocument, after: LayoutIndexDocument): LayoutIndexEntry[] {
  const left = new Set(after.manifests.map(text));
  return before.manifests.filter((entry) => !left.has(text(entry)));
}

const RESTORED = '-restored';
/** A tag has 128 characters; some are for a number. */
const MAX_NAME = 120;

/** Whether an entry is this one, under its own name or the one that an undo gave it. */
function isBack(entry: LayoutIndexEntry, old: LayoutIndexEntry): boolean {
  if (entry.digest !== old.digest) return false;
  const [name, ref] = [referenceOf(entry), referenceOf(old)];
  const start = `${ref}${RESTORED}`.slice(0, MAX_NAME);
  return name === ref || (name.startsWith(start) && /^(-\d+)?$/.test(name.slice(start.length)));
}

function freeName(manifests: readonly LayoutIndexEntry[], wanted: string): string {
  const taken = new Set(manifests.map(referenceOf));
  const start = wanted.slice(0, MAX_NAME);
  let name = start;
  for (let number = 2; taken.has(name); number += 1) name = `${start}-${number}`;
  return name;
}

function named(entry: LayoutIndexEntry, name: string): LayoutIndexEntry {
  const { [ANNOTATIONS.imageName]: _, ...annotations } = entry.annotations ?? {};
  return { ...entry, annotations: { ...annotations, [ANNOTATIONS.refName]: name } };
}

function text(entry: LayoutIndexEntry): string {
  return JSON.stringify(entry);
}
