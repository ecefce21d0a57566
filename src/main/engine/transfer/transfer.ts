import { formatBytes } from '../../../shared/base/bytes.ts';
import { CacheError } from '../../../shared/base/errors.ts';
import type { JobProgress } from '../../../shared/model/job.ts';
import type { TransferOptions, TransferReport } from '../../../shared/model/transfer.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { type Digest, parseDigest, shortDigest } from '../../../shared/oci/digest.ts';
import { isReplacedBy, type LayoutIndexDocument, withReference } from '../../../shared/oci/layout-index.ts';
import type { CacheSource } from '../ports/cache-source.ts';
import type { LayoutStore, LockOptions } from '../ports/managed-store.ts';
import { waiting } from '../store/waiting.ts';
import { buildCommands } from './build-commands.ts';
import { type ChosenCache, chooseCaches } from './choose-caches.ts';
import { copyBlobs } from './copy-blobs.ts';
import { distinctBlobs, type PreparedCache, prepareCaches, warningsOf } from './prepared.ts';
import { presentBlobs, unfitBlobs, vanishedBlobs } from './present-blobs.ts';
import { setDamagedAside } from './set-damaged-aside.ts';

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

/** A log has a line for each blob where they are few, else for the large ones. */
const LOGGED_BLOBS = 200;
const LOGGED_BYTES = 10_000_000;

/** How often blobs that vanish from the target in the middle are copied again. */
const TRIES = 3;

/**
 * Copies caches to a store or a layout: blobs that are missing there, then configs and manifests made from the parsed
 * columns, then the references, in one switch. Every blob is leased before it is looked for. Nothing leads to a blob
 * that is not durable; cut off anywhere, the references are as before, and the next run copies only what is missing.
 * @throws `NOT_FOUND` for a reference that the source does not have, `INVALID_INPUT`, `NO_SPACE`, `CANCELLED`
 */
export async function transferCaches(transfer: Transfer): Promise<TransferReport> {
  const { source, options, signal, onProgress } = transfer;
  const snapshot = await source.read({
    ...(signal ? { signal } : {}),
    onProgress: ({ phase, done, total, unit }) => onProgress?.({ phase, done, total, unit }),
  });
  const chosen = chooseCaches(snapshot, options.ref);
  const target = await transfer.openTarget();
  const described = chosen.flatMap(({ cache }) => cache.descriptors);
  await using lease = await target.lease(new Set(described.map(({ digest }) => parseDigest(digest))));
  const supply: Supply = {
    inSource: new Set<string>(snapshot.blobs.filter(({ problem }) => !problem).map(({ digest }) => digest)),
    inTarget: await presentBlobs(target, described),
    brought: new Set(),
    damaged: [],
  };
  const onWait = onProgress && waiting(onProgress);
  const setAside = async (suspects: readonly Descriptor[]): Promise<void> => {
    const { whole, note } = await setDamagedAside(target, suspects, { signal, onWait, onProgress });
    for (const { digest, size } of suspects) {
      // Whole, and as large as its descriptor says: a descriptor may be wrong too.
      const isThere = whole.has(digest) && (await target.blobs.find(parseDigest(digest)))?.size === size;
      if (isThere) supply.inTarget.add(digest);
    }
    if (note === undefined) return;
    supply.damaged.push(note);
    transfer.log?.(note);
  };
  const unfit = await unfitBlobs(target, described, supply.inTarget);
  await setAside(unfit.filter(({ digest }) => supply.inSource.has(digest)));
  for (let tried = 1; ; tried += 1) {
    const caches = await bringBlobs(transfer, target, chosen, supply);
    const documents = caches.map((cache) => cache.documents);
    await lease.add(documents.flatMap(({ config, manifest }) => [config, manifest].map(digestOf)));
    onProgress?.({ phase: 'Writing the references', done: 0, unit: 'bytes' });
    // They are made anew from the columns, so whether those that are there are whole costs no more than reading them.
    await setAside(documents.flatMap(({ config, manifest }) => [config, manifest]));
    for (const each of documents) await each.write(target.blobs, signal);
    const warnings = [...supply.damaged, ...warningsOf(caches, (await target.readIndex()).document)];
    const lost = await switchReferences(target, caches, { signal, onWait });
    if (lost.length === 0) {
      await lease[Symbol.asyncDispose]();
      const used = new Set(distinctBlobs(caches).map(digestOf));
      const unused = [...supply.brought].filter((digest) => !used.has(digest));
      if (unused.length > 0) await target.discard(unused);
      return finish(target, caches, supply, warnings);
    }
    if (tried === TRIES) throw vanished(lost);
    for (const digest of lost) supply.inTarget.delete(digest);
  }
}

/** Where blobs can be had. */
interface Supply {
  readonly inSource: Set<string>;
  readonly inTarget: Set<string>;
  /** Copied by this transfer. */
  readonly brought: Set<Digest>;
  /** What the source says it has and has not, in words. */
  readonly damaged: string[];
}

/**
 * Brings every blob that the caches need into the target. What turns out to be damaged cannot be had: then it is worked
 * out anew what is written.
 */
async function bringBlobs(
  { source, options, signal, onProgress, log = () => {} }: Transfer,
  target: LayoutStore,
  chosen: readonly ChosenCache[],
  supply: Supply,
): Promise<PreparedCache[]> {
  const { inSource, inTarget, brought, damaged } = supply;
  for (;;) {
    const caches = await prepareCaches(
      chosen,
      options,
      (digest) => inSource.has(digest) || inTarget.has(digest),
      signal,
    );
    const blobs = distinctBlobs(caches);
    const missing = blobs.filter(({ digest }) => !inTarget.has(digest));
    log(`${blobs.length - missing.length} of ${blobs.length} blobs are there`);
    const bad = await copyBlobs(source, target.blobs, missing, {
      signal,
      onBytes: byteProgress(missing, onProgress),
      onCopied: (blob) => {
        if (blob.size >= LOGGED_BYTES || missing.length <= LOGGED_BLOBS) {
          log(`copied ${shortDigest(blob.digest)}, ${formatBytes(blob.size)}`);
        }
        inTarget.add(blob.digest);
        brought.add(digestOf(blob));
      },
    });
    if (bad.length === 0) return caches;
    for (const { subject = '', message } of bad) {
      inSource.delete(subject);
      damaged.push(`${subject} cannot be copied: ${message}`);
    }
  }
}

/**
 * The last step, under the target's lock: looks once more whether everything is there, then switches the references.
 * @returns what has vanished; then nothing was switched
 */
async function switchReferences(
  target: LayoutStore,
  caches: readonly PreparedCache[],
  options: LockOptions,
): Promise<Digest[]> {
  const needed = [
    ...distinctBlobs(caches),
    ...caches.flatMap(({ documents }) => [documents.config, documents.manifest]),
  ];
  let lost: Digest[] = [];
  await target.changeIndex(async ({ document }) => {
    lost = (await vanishedBlobs(target, needed)).map(digestOf);
    return lost.length > 0 ? document : caches.reduce(withCache, document);
  }, options);
  return lost;
}

/** The index with one cache more; unchanged where its reference leads to it already. */
function withCache(index: LayoutIndexDocument, { ref, documents }: PreparedCache): LayoutIndexDocument {
  const same = index.manifests.filter((entry) => isReplacedBy(entry, ref));
  if (same.length === 1 && same[0]?.digest === documents.manifest.digest) return index;
  return withReference(index, ref, documents.manifest);
}

function byteProgress(
  missing: readonly Descriptor[],
  onProgress: Transfer['onProgress'],
): (bytes: number, blob?: Descriptor) => void {
  const total = missing.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  const count = (bytes: number, blob?: Descriptor) => {
    done += bytes;
    const subject = blob && { subject: blob.digest };
    onProgress?.({ phase: 'Copying', done: Math.min(done, total), total, unit: 'bytes', ...subject });
  };
  count(0);
  return count;
}

function finish(
  target: LayoutStore,
  caches: readonly PreparedCache[],
  { brought }: Supply,
  warnings: string[],
): TransferReport {
  const [first] = caches;
  if (!first) throw new CacheError('INTERNAL', 'a transfer of no caches');
  const blobs = distinctBlobs(caches);
  const copied = blobs.filter((blob) => brought.has(digestOf(blob)));
  return {
    blobsCopied: copied.length,
    blobsSkipped: blobs.length - copied.length,
    bytesCopied: copied.reduce((sum, { size }) => sum + size, 0),
    resultsLeftOut: caches.reduce((sum, { selected }) => sum + selected.leftOut, 0),
    manifest: first.documents.manifest,
    caches: caches.map(({ ref, documents }) => ({ ref, manifest: documents.manifest })),
    warnings,
    commands: caches.flatMap(({ ref }) => buildCommands(target.location, ref)),
  };
}

function digestOf({ digest }: Descriptor): Digest {
  return parseDigest(digest);
}

function vanished(lost: readonly Digest[]): CacheError {
  return new CacheError('UNAVAILABLE', `${lost.length} blobs vanish from the target as often as they are copied.`, {
    ...(lost[0] ? { subject: lost[0] } : {}),
    hint: 'Another program deletes them. Stop it and run this again.',
  });
}
