import { createHash } from 'node:crypto';
import { CacheError } from '../../../../shared/base/errors.ts';
import { type Digest, parseDigest } from '../../../../shared/oci/digest.ts';
import type { CollectNotes, NotedRemoval } from '../../ports/collect-notes.ts';
import type { CollectedBucket, FoundBlob } from '../../ports/collected-bucket.ts';

/** The clock of the bucket: ages are counted from here. */
export const NOW = 1_000_000_000;
export const HOUR = 3_600_000;

/** The digest of a blob with a name. */
export function blobOf(name: string): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(name).digest('hex')}`);
}

/** A bucket in memory that a test may change and break at any step: what a real one cannot be told to do. */
export function createMemoryBucket(hasVersions = false) {
  const blobs = new Map<string, FoundBlob>();
  const hidden = new Map<string, { readonly blob: FoundBlob; readonly version: string }>();
  const manifests = new Map<string, { readonly look: string; readonly needs: readonly string[] | CacheError }>();
  const steps: string[] = [];
  let made = 0;
  /** Called before each step; may change the bucket, or throw. */
  let onStep: (step: string) => void | Promise<void> = () => {};
  const step = async (name: string): Promise<void> => {
    steps.push(name);
    await onStep(name);
  };
  const putBlob = (name: string, ageMs: number, size = 10): void => {
    blobs.set(blobOf(name), { digest: blobOf(name), size, modifiedAt: NOW - ageMs });
  };
  const bucket: CollectedBucket = {
    location: 's3://memory',
    keys: { prefix: '', blobs: 'blobs/', manifest: (name) => `manifests/${name}` },
    now: async () => NOW,
    async manifests() {
      await step('manifests');
      return { manifests: [...manifests].map(([name, { look }]) => ({ name, look, modifiedAt: NOW })), isAll: true };
    },
    async needs(name) {
      await step(`needs ${name}`);
      const found = manifests.get(name)?.needs;
      if (found === undefined) throw new CacheError('NOT_FOUND', 'gone');
      if (found instanceof CacheError) throw found;
      return found.map(blobOf);
    },
    eachPage: async (onPage) => onPage([...blobs.values()]),
    async look(digests) {
      await step('look');
      if (digests.some((digest, i) => digest < (digests[i - 1] ?? ''))) throw new Error('not in order');
      return new Map(
        digests.flatMap((digest) => (blobs.has(digest) ? [[digest, blobs.get(digest) as FoundBlob]] : [])),
      );
    },
    async remove(digests) {
      await step('remove');
      return digests.map((digest) => {
        const blob = blobs.get(digest);
        blobs.delete(digest);
        if (!hasVersions || !blob) return { digest };
        made += 1;
        hidden.set(digest, { blob, version: `v${made}` });
        return { digest, version: `v${made}` };
      });
    },
    keepsVersions: async () => (hasVersions ? 'versions' : 'none'),
    async bringBack(removals) {
      await step('bring back');
      for (const { digest, version } of removals) {
        const one = hidden.get(digest);
        if (one && (version === undefined || version === one.version)) blobs.set(digest, one.blob);
      }
    },
    openUploads: async () => undefined,
    expiryRules: async () => undefined,
    touchBlob: async () => true,
    touchManifest: async () => true,
  };
  return {
    bucket,
    steps,
    hidden,
    putBlob,
    putManifest(name: string, needs: readonly string[] | CacheError): void {
      made += 1;
      manifests.set(name, { look: `look ${made}`, needs });
    },
    deleteManifest: (name: string) => manifests.delete(name),
    deleteBlob: (name: string) => blobs.delete(blobOf(name)),
    onStep(next: typeof onStep): void {
      onStep = next;
    },
    /** Which of these are there. */
    there: (...names: readonly string[]) => names.filter((name) => blobs.has(blobOf(name))),
  };
}

/** Notes in memory; plans are not kept. */
export function createMemoryNotes(): CollectNotes & { readonly all: Map<string, Map<string, NotedRemoval>> } {
  const all = new Map<string, Map<string, NotedRemoval>>();
  const of = (plan: string) => all.get(plan) ?? new Map<string, NotedRemoval>();
  return {
    all,
    putPlan: () => {},
    getPlan: () => undefined,
    noteRemovals(_location, plan, _at, removals) {
      const noted = of(plan);
      for (const removal of removals) noted.set(removal.digest, removal);
      all.set(plan, noted);
    },
    removals: (_location, plan, limit) => [...of(plan).values()].slice(0, limit),
    forgetRemovals(_location, plan, digests) {
      for (const digest of digests) of(plan).delete(digest);
    },
    batches: () =>
      [...all].flatMap(([plan, removals]) =>
        removals.size === 0 ? [] : [{ plan, at: 0, blobs: removals.size, bytes: 10 * removals.size }],
      ),
  };
}
