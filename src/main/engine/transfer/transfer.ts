import { formatBytes } from '../../../shared/base/bytes.ts';
import { CacheError } from '../../../shared/base/errors.ts';
import type { JobProgress } from '../../../shared/model/job.ts';
import type { TransferOptions, TransferReport } from '../../../shared/model/transfer.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { type Digest, parseDigest, shortDigest } from '../../../shared/oci/digest.ts';
import { isReplacedBy, type LayoutIndexDocument, withReference } from '../../../shared/oci/layout-index.ts';
import type { CacheSource } from '../ports/cache-source.ts';
import type { LayoutStore } from '../ports/managed-store.ts';
import { buildCommands } from './build-commands.ts';
import { chooseCaches } from './choose-caches.ts';
import { copyBlobs } from './copy-blobs.ts';
import { distinctBlobs, type PreparedCache, prepareCaches, warningsOf } from './prepared.ts';
import { presentBlobs } from './present-blobs.ts';

/** One transfer. */
export interface Transfer {
  readonly source: CacheSource;
  /** Opened, or created, once the source has been read. */
  openTarget(): Promise<LayoutStore>;
  readonly options: TransferOptions;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: JobProgress) => void) | undefined;
  readonly log?: ((text: string) => void) | undefined;
}

/** How often blobs that vanish from the target in the middle are copied again. */
const TRIES = 3;

/**
 * Copies caches to a store or a layout: blobs that are missing there, then configs and manifests made from the parsed
 * columns, then the references, in one switch. Every blob is leased before it is looked for. Nothing leads to a blob
 * that is not durable; cut off anywhere, the references are as before, and the next run copies only what is missing.
 * @throws `NOT_FOUND` for a reference that the source does not have, `INVALID_INPUT`, `NO_SPACE`, `CANCELLED`
 */
export async function transferCaches(transfer: Transfer): Promise<TransferReport> {
  const { source, options, signal, onProgress, log = () => {} } = transfer;
  const snapshot = await source.read({
    ...(signal ? { signal } : {}),
    onProgress: ({ phase, done, total, unit }) => onProgress?.({ phase, done, total, unit }),
  });
  const chosen = chooseCaches(snapshot, options.ref);
  const inSource = new Set<string>(snapshot.blobs.filter(({ problem }) => !problem).map(({ digest }) => digest));
  const unusable: string[] = [];

  const target = await transfer.openTarget();
  const wanted = chosen.flatMap(({ cache }) => cache.descriptors);
  await using lease = await target.lease(new Set(wanted.map(({ digest }) => parseDigest(digest))));
  const inTarget = await presentBlobs(target.blobs, wanted);

  const report = { blobsCopied: 0, blobsSkipped: 0, bytesCopied: 0 };
  const isThere = (digest: string) => inSource.has(digest) || inTarget.has(digest);
  for (let tried = 1; ; tried += 1) {
    const caches = await prepareCaches(chosen, options, isThere, signal);
    const blobs = distinctBlobs(caches);
    const missing = blobs.filter(({ digest }) => !inTarget.has(digest));
    if (tried === 1) report.blobsSkipped = blobs.length - missing.length;
    log(`${blobs.length - missing.length} of ${blobs.length} blobs are there`);
    const copied = await copyBlobs(source, target.blobs, missing, {
      signal,
      ...byteProgress(missing, onProgress),
      onCopied: ({ digest, size }) => log(`copied ${shortDigest(digest)}, ${formatBytes(size)}`),
    });
    report.blobsCopied += copied.blobs;
    report.bytesCopied += copied.bytes;
    for (const { subject = '', message } of copied.damaged) {
      inSource.delete(subject);
      unusable.push(`${subject} cannot be copied: ${message}`);
    }
    for (const { digest } of missing) if (inSource.has(digest)) inTarget.add(digest);
    if (copied.damaged.length > 0) continue;

    const documents = caches.map((cache) => cache.documents);
    await lease.add(
      documents.flatMap(({ config, manifest }) => [parseDigest(config.digest), parseDigest(manifest.digest)]),
    );
    onProgress?.({ phase: 'Writing the references', done: 0, unit: 'bytes' });
    for (const each of documents) await each.write(target.blobs, signal);
    const before = (await target.readIndex()).document;
    const lost = await switchReferences(target, caches, signal);
    if (lost.length === 0)
      return finish(target, caches, { ...report, warnings: [...unusable, ...warningsOf(caches, before)] });
    if (tried === TRIES) throw vanished(lost);
    for (const digest of lost) inTarget.delete(digest);
  }
}

/**
 * The last step, under the target's lock: looks once more whether everything is there, then switches the references.
 * @returns what has vanished; then nothing was switched
 */
async function switchReferences(
  target: LayoutStore,
  caches: readonly PreparedCache[],
  signal: AbortSignal | undefined,
): Promise<Digest[]> {
  const needed = [
    ...distinctBlobs(caches),
    ...caches.flatMap(({ documents }) => [documents.config, documents.manifest]),
  ];
  let lost: Digest[] = [];
  await target.changeIndex(
    async ({ document }) => {
      const present = await presentBlobs(target.blobs, needed);
      lost = needed.map(({ digest }) => parseDigest(digest)).filter((digest) => !present.has(digest));
      return lost.length > 0 ? document : caches.reduce(withCache, document);
    },
    { signal },
  );
  return lost;
}

/** The index with one cache more; unchanged where its reference leads to it already. */
function withCache(index: LayoutIndexDocument, { ref, documents }: PreparedCache): LayoutIndexDocument {
  const same = index.manifests.filter((entry) => isReplacedBy(entry, ref));
  if (same.length === 1 && same[0]?.digest === documents.manifest.digest) return index;
  return withReference(index, ref, documents.manifest);
}

function byteProgress(missing: readonly Descriptor[], onProgress: Transfer['onProgress']) {
  const total = missing.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  const tell = () => onProgress?.({ phase: 'Copying', done: Math.min(done, total), total, unit: 'bytes' });
  tell();
  return {
    onBytes: (bytes: number) => {
      done += bytes;
      tell();
    },
  };
}

function finish(
  target: LayoutStore,
  caches: readonly PreparedCache[],
  report: Pick<TransferReport, 'blobsCopied' | 'blobsSkipped' | 'bytesCopied' | 'warnings'>,
): TransferReport {
  const [first] = caches;
  if (!first) throw new CacheError('INTERNAL', 'a transfer of no caches');
  return {
    ...report,
    resultsLeftOut: caches.reduce((sum, { selected }) => sum + selected.leftOut, 0),
    manifest: first.documents.manifest,
    caches: caches.map(({ ref, documents }) => ({ ref, manifest: documents.manifest })),
    commands: caches.flatMap(({ ref }) => buildCommands(target.location, ref)),
  };
}

function vanished(lost: readonly Digest[]): CacheError {
  return new CacheError('UNAVAILABLE', `${lost.length} blobs vanish from the target as often as they are copied.`, {
    ...(lost[0] ? { subject: lost[0] } : {}),
    hint: 'Another program deletes them. Stop it and run this again.',
  });
}
