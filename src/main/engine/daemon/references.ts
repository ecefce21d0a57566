import type { BoltBucket } from '../bolt/bucket.ts';
import type { BoltDatabase } from '../bolt/open.ts';

/** One reference of a daemon: a snapshot with what is known of it. Names in the comments are keys of `metadata_v2.db`. */
export interface Reference {
  /** BuildKit's own id, 25 characters. */
  readonly id: string;
  /** `snapshot.size` in bytes; -1 where the daemon has not measured it. */
  readonly size: number;
  /** `snapshot.committed`; merges and diffs count as committed even where the flag is missing. */
  readonly committed: boolean;
  /** `cache.equalMutable`: the mutable reference that shares its snapshot. */
  readonly equalMutable: string;
  readonly description: string;
  /** Nanoseconds since 1970. */
  readonly createdAt: bigint;
  /** Nanoseconds since 1970; 0 for never. */
  readonly lastUsedAt: bigint;
  readonly usageCount: number;
  /** `regular`, `internal`, `frontend`, `source.local`, `source.git.checkout`, `exec.cachemount`. */
  readonly recordType: string;
  /** The layer below, or what a merge or diff is made of. */
  readonly parents: readonly string[];
  readonly isMergeOrDiff: boolean;
  /** Set for a difference: what changed from `lower` to `upper`; "" for nothing at all. */
  readonly difference: { readonly lower: string; readonly upper: string } | undefined;
  readonly diffID: string;
  /** `cache.blob`: digest of its blob, "" where it has none. */
  readonly blob: string;
  /** `cache.blobsize` in bytes; -1 where it is not known. */
  readonly blobSize: number;
  readonly mediaType: string;
  readonly isDeleted: boolean;
}

const text = new TextDecoder();

/**
 * The references of a worker, out of its `metadata_v2.db`, by id. Values that cannot be understood count as absent, as do
 * empty ones: that is how the daemon clears a key. Must agree with BuildKit `cache/metadata.go` and `cache/metadata/metadata.go`.
 */
export function readReferences(db: BoltDatabase): Map<string, Reference> {
  const references = new Map<string, Reference>();
  for (const entry of db.root.bucket('_main')?.entries() ?? []) {
    if (!entry.bucket) continue;
    const id = text.decode(entry.key);
    references.set(id, toReference(id, valuesOf(entry.bucket)));
  }
  return references;
}

/** Key → its value's JSON text, out of the envelope `{"value":…,"index":…}`. */
function valuesOf(bucket: BoltBucket): Map<string, string> {
  const values = new Map<string, string>();
  for (const { key, value } of bucket.entries()) {
    // Numbers stay text: nanoseconds do not fit into a JavaScript number.
    const match = value && /^\{"value":(.*?)(?:,"index":"(?:[^"\\]|\\.)*")?\}$/s.exec(text.decode(value));
    if (match?.[1] !== undefined) values.set(text.decode(key), match[1]);
  }
  return values;
}

function toReference(id: string, values: ReadonlyMap<string, string>): Reference {
  const string = (key: string) => asString(values.get(key));
  const integer = (key: string, absent: number) => {
    const value = Number(/^-?\d+$/.exec(values.get(key) ?? '')?.[0] ?? absent);
    return Number.isSafeInteger(value) ? value : absent;
  };
  const nanoseconds = (key: string) => {
    const value = BigInt(/^-?\d{1,19}$/.exec(values.get(key) ?? '')?.[0] ?? 0);
    return BigInt.asIntN(64, value) === value ? value : 0n;
  };
  const layerParent = string('cache.parent');
  const merged = asStrings(values.get('cache.mergeParents'));
  const [lower, upper] = [string('cache.lowerDiffParent'), string('cache.upperDiffParent')];
  const compared = [lower, upper].filter((parent) => parent !== '');
  const parents = layerParent !== '' ? [layerParent] : merged.length > 0 ? merged : compared;
  const isDifference = layerParent === '' && merged.length === 0 && compared.length > 0;
  const isMergeOrDiff = layerParent === '' && parents.length > 0;
  const usageCount = integer('cache.usageCount', -1);
  return {
    id,
    size: integer('snapshot.size', -1),
    committed: values.get('snapshot.committed') === 'true' || isMergeOrDiff,
    equalMutable: string('cache.equalMutable'),
    description: string('cache.description'),
    createdAt: nanoseconds('cache.createdAt'),
    // Without a count the daemon takes no notice of the time either.
    lastUsedAt: usageCount < 0 ? 0n : nanoseconds('cache.lastUsedAt'),
    usageCount: Math.max(0, usageCount),
    recordType: string('cache.recordType') || 'regular',
    parents,
    isMergeOrDiff,
    difference: isDifference ? { lower, upper } : undefined,
    diffID: string('cache.diffID'),
    blob: string('cache.blob'),
    blobSize: integer('cache.blobsize', -1),
    mediaType: string('cache.mediatype'),
    isDeleted: values.get('cache.deleted') === 'true',
  };
}

function asString(json: string | undefined): string {
  const value = parse(json);
  return typeof value === 'string' ? value : '';
}

function asStrings(json: string | undefined): string[] {
  const value = parse(json);
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function parse(json: string | undefined): unknown {
  try {
    return json === undefined ? undefined : JSON.parse(json);
  } catch {
    return undefined;
  }
}
