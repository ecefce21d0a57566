import { CacheError } from '../../../shared/base/errors.ts';
import { CACHE_FORMS } from '../../../shared/model/cache-forms.ts';
import type { JobProgress } from '../../../shared/model/job.ts';
import type { PruneReport } from '../../../shared/model/plan.ts';
import { recordId } from '../../../shared/model/record-id.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { type Digest, parseDigest } from '../../../shared/oci/digest.ts';
import type { LayoutIndexDocument } from '../../../shared/oci/layout-index.ts';
import { numberRecords } from '../catalog/record-ids.ts';
import type { CacheSource, SourceCache, SourceSnapshot } from '../ports/cache-source.ts';
import type { ManagedStore, StoreSession } from '../ports/managed-store.ts';
import { type CacheDocuments, cacheDocuments } from '../remotecache/cache-documents.ts';
import { waiting } from '../store/waiting.ts';
import { drive } from '../streams/drive.ts';
import type { KeptPlan } from './kept-plan.ts';
import { prunedConfig } from './pruned-config.ts';
import { REASONS } from './reasons.ts';

/** What applying a plan needs. */
export interface ApplyOptions {
  readonly store: ManagedStore;
  /** The same folder, for reading. */
  readonly source: CacheSource;
  readonly plan: KeptPlan;
  /** Epoch ms. */
  readonly now: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: JobProgress) => void) | undefined;
}

/** What the plan makes of one cache; no documents: the reference goes. */
interface ChangedCache {
  readonly cache: SourceCache;
  readonly documents: CacheDocuments | undefined;
}

/**
 * Applies a plan to the store it was made from: new configs and manifests are written, the index is switched, and what
 * nothing leads to any more goes to the trash, with the old documents, as one batch.
 *
 * Never takes anything that is not in the plan; each item is looked at again, and what changed meanwhile is left alone
 * and listed. Heeds the signal up to the switch, and then finishes.
 * @throws `STALE_PLAN` when the references have changed since, `CONFLICT` when it was applied already, `CANCELLED`
 */
export function applyPlan(options: ApplyOptions): Promise<PruneReport> {
  const { store, signal, onProgress } = options;
  const onWait = onProgress && waiting(onProgress);
  return store.exclusive((session) => applyUnderLock(session, options), { signal, onWait });
}

async function applyUnderLock(session: StoreSession, options: ApplyOptions): Promise<PruneReport> {
  const { store, source, plan, signal, onProgress } = options;
  if ((await store.trash()).some((batch) => batch.plan === plan.plan.plan)) throw appliedAlready(plan.plan.plan);
  if (session.index.version !== plan.version) throw stale(plan.plan.plan);
  if (plan.goes.length === 0 && plan.blobs.length === 0) {
    return { plan: plan.plan.plan, removedRecords: 0, removedBlobs: 0, freedBytes: 0, skipped: [] };
  }
  const snapshot = await source.read({
    ...(signal ? { signal } : {}),
    onProgress: ({ phase, done, total, unit }) => onProgress?.({ phase, done, total, unit }),
  });
  const gone = new Set(plan.goes.filter(({ reason }) => REASONS[reason] === 'record').map(({ id }) => id));
  const changed = await changedCaches(snapshot, plan, gone, signal);
  const written = changed.flatMap(({ documents }) =>
    documents ? [parseDigest(documents.config.digest), parseDigest(documents.manifest.digest)] : [],
  );
  const there = new Map(snapshot.blobs.map((blob) => [blob.digest, blob.size]));
  const blobs = plan.blobs.map((digest) => ({ digest, size: there.get(digest) ?? 0 }));
  const removed = await session.remove(
    {
      plan: plan.plan.plan,
      at: options.now,
      records: plan.plan.goes.records,
      nextIndex: changed.length === 0 ? undefined : nextIndex(session.index.document, changed),
      blobs,
      documents: changed.flatMap(({ cache: { config, manifest } }) =>
        [config, manifest].flatMap((document) => (document ? [parseDigest(document.digest)] : [])),
      ),
      // What is there already belongs to another reference.
      written: await absent(store, written),
      write: async () => {
        for (const { documents } of changed) await documents?.write(store.blobs, signal);
      },
    },
    { signal, onProgress: (done, total) => onProgress?.({ phase: 'Moving to the trash', done, total, unit: 'blobs' }) },
  );
  return {
    plan: plan.plan.plan,
    removedRecords: plan.plan.goes.records,
    removedBlobs: removed.blobs,
    freedBytes: removed.bytes,
    skipped: removed.skipped.map(({ digest, reason }) => ({
      id: digest,
      reason: reason === 'gone' ? 'it is not there any more' : 'an import needs it, or another reference leads to it',
    })),
  };
}

async function changedCaches(
  snapshot: SourceSnapshot,
  plan: KeptPlan,
  gone: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<ChangedCache[]> {
  const start = new Uint32Array(snapshot.caches.length + 1);
  for (const [at, { parsed }] of snapshot.caches.entries()) {
    start[at + 1] = (start[at] as number) + parsed.recordDigest.length;
  }
  const ids = await drive(numberRecords(snapshot.caches, start), { signal });
  const lost = new Set<string>(plan.blobs);
  const changed: ChangedCache[] = [];
  for (const [at, cache] of snapshot.caches.entries()) {
    const { isRewritable, writtenAs } = CACHE_FORMS[cache.form];
    if (!isRewritable) continue;
    const first = start[at] as number;
    const goes = (record: number) =>
      gone.has(recordId(ids.digest[first + record] ?? '', ids.ordinal[first + record] ?? 0));
    const described = new Set(cache.descriptors.map(({ digest }) => digest));
    const { config, isChanged } = prunedConfig(cache.parsed, { goes, blobs: lost, described });
    if (!isChanged) continue;
    changed.push({ cache, documents: config && (await cacheDocuments(config, writtenAs, cache.descriptors, signal)) });
  }
  return changed;
}

/** The entries that lead to changed caches lead to the new manifests, with everything else they say. */
function nextIndex(index: LayoutIndexDocument, changed: readonly ChangedCache[]): LayoutIndexDocument {
  const next = new Map(changed.map(({ cache, documents }) => [cache.manifest?.digest, documents?.manifest]));
  return {
    ...index,
    manifests: index.manifests.flatMap((entry) => {
      if (!next.has(entry.digest)) return [entry];
      const manifest: Descriptor | undefined = next.get(entry.digest);
      return manifest ? [{ ...entry, ...manifest }] : [];
    }),
  };
}

/** Those that are not in the store yet, each once. */
async function absent(store: ManagedStore, digests: readonly Digest[]): Promise<Digest[]> {
  const missing: Digest[] = [];
  for (const digest of new Set(digests)) if (!(await store.blobs.moteExists(digest))) missing.push(digest);
  return missing;
}

function stale(plan: string): CacheError {
  return new CacheError('STALE_PLAN', 'The store has changed since this plan was made.', {
    subject: plan,
    hint: 'Make a new plan: it takes the changes into account.',
  });
}

function appliedAlready(plan: string): CacheError {
  return new CacheError('CONFLICT', 'This plan was applied already.', {
    subject: plan,
    hint: 'What it removed is in the trash: undo it, or make a new plan.',
  });
}
