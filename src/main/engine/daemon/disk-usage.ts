import type { Reference } from './references.ts';

/** A row of `buildctl du`. Field names and times are as it prints them in JSON. */
export interface UsageRecord {
  readonly id: string;
  readonly mutable: boolean;
  readonly inUse: boolean;
  /** Bytes. */
  readonly size: number;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
  readonly usageCount: number;
  readonly parents: readonly string[] | null;
  readonly description: string;
  readonly recordType: string;
  readonly shared: boolean;
}

/**
 * What `buildctl du` says of a daemon with these references and no build running: nothing is in use, and nothing is shared,
 * which only a worker with an image store can know. Of two references that share one snapshot only one is listed: the
 * mutable one, unless something builds on the other. Must agree with BuildKit `cacheManager.DiskUsage`
 * (`cache/manager.go`) after a restart. Smallest first, then by id, as buildctl sorts.
 */
export function diskUsage(references: ReadonlyMap<string, Reference>): UsageRecord[] {
  const alive = loadable(references);
  const isParent = new Set([...alive.values()].flatMap((reference) => [...reference.parents]));
  const equalImmutable = new Map<string, Reference>();
  for (const reference of alive.values()) {
    if (reference.equalMutable !== '' && alive.has(reference.equalMutable)) {
      equalImmutable.set(reference.equalMutable, reference);
    }
  }
  return [...alive.values()]
    .filter((reference) => {
      const isCopy = reference.equalMutable !== '' && alive.has(reference.equalMutable) && !isParent.has(reference.id);
      const immutable = equalImmutable.get(reference.id);
      return !isCopy && !(immutable && isParent.has(immutable.id));
    })
    .map((reference) => toRecord(reference, equalImmutable.get(reference.id)))
    .sort((a, b) => a.size - b.size || (a.id < b.id ? -1 : 1));
}

/** What a daemon would keep at its start: neither marked as deleted nor on top of something that is gone. */
function loadable(references: ReadonlyMap<string, Reference>): Map<string, Reference> {
  const alive = new Map([...references].filter(([, reference]) => !reference.isDeleted));
  const children = new Map<string, string[]>();
  for (const [id, { parents }] of alive) {
    for (const parent of parents) {
      const known = children.get(parent);
      if (known) known.push(id);
      else children.set(parent, [id]);
    }
  }
  const gone = [...children.keys()].filter((parent) => !alive.has(parent));
  for (let id = gone.pop(); id !== undefined; id = gone.pop()) {
    for (const child of children.get(id) ?? []) if (alive.delete(child)) gone.push(child);
  }
  return alive;
}

function toRecord(reference: Reference, immutable: Reference | undefined): UsageRecord {
  // A mutable reference that has not been measured has the size of the one whose `equalMutable` names it.
  const size = reference.size >= 0 ? reference.size : (immutable?.size ?? -1);
  return {
    id: reference.id,
    mutable: !reference.committed,
    inUse: false,
    size: Math.max(0, size),
    createdAt: formatNanoseconds(reference.createdAt),
    lastUsedAt: reference.lastUsedAt === 0n ? null : formatNanoseconds(reference.lastUsedAt),
    usageCount: reference.usageCount,
    parents: reference.parents.length === 0 ? null : reference.parents,
    description: reference.description,
    recordType: reference.recordType,
    shared: false,
  };
}

/** RFC 3339 in UTC of a moment that fits into 64 bits, with as many fraction digits as it needs, as Go prints a time. */
export function formatNanoseconds(nanoseconds: bigint): string {
  const rest = ((nanoseconds % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const seconds = (nanoseconds - rest) / 1_000_000_000n;
  const fraction = String(rest).padStart(9, '0').replace(/0+$/, '');
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return `${whole}${fraction === '' ? '' : `.${fraction}`}Z`;
}
