import { formatBytes } from '../../../shared/base/bytes.ts';
import { CacheError, isCacheError, throwIfAborted } from '../../../shared/base/errors.ts';
import type { TransferReport } from '../../../shared/model/transfer.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { type Digest, parseDigest, shortDigest } from '../../../shared/oci/digest.ts';
import { bytesOf } from '../blob-info/bytes-tracker.ts';
import {
  createCacheExporter,
  type ExportStatus,
  exporterResponseManifestDesc,
  type Ingester,
} from '../remotecache/exporter.ts';
import { waiting } from '../store/waiting.ts';
import { chosenFor, underName } from './choose-caches.ts';
import { type HeldCaches, heldCaches } from './held-caches.ts';
import { nameAtTarget } from './name-at-target.ts';
import { rememberArrival, rememberPlace, rememberSource } from './places.ts';
import { distinctBlobs, type PreparedCache, prepareCaches, replacedAt, warningsOf } from './prepared.ts';
import { recompressCaches } from './recompress-caches.ts';
import { createSupply, noteDamage, type Run, type Transfer } from './run.ts';

/** A blob has a line in the log, and is remembered when it arrives, where they are few or it is large. */
const LOGGED_BLOBS = 200;
const LOGGED_BYTES = 10_000_000;
/** How often blobs that vanish from the target in the middle are copied again. */
const TRIES = 3;
/** How often a reference is joined anew that somebody else was faster to write. */
const OVERTAKEN = 30;

/**
 * Writes caches to a target: blobs that are missing there, then configs and manifests made from the parsed columns, then
 * the references. Every blob is leased before it is looked for. Nothing leads to a blob that is not durable; cut off
 * anywhere, the references are as before, and the next run copies only what is missing.
 * @throws `NOT_FOUND` for a reference or record that the source does not have, `CONFLICT` for a digest that several
 *   records have, `INVALID_INPUT`, `NO_SPACE`, `ACCESS_DENIED`, `UNAVAILABLE`, `CANCELLED`
 */
export async function transferCaches(transfer: Transfer): Promise<TransferReport> {
  const { source, options, blobInfo, signal, onProgress, log = () => {} } = transfer;
  const { isJoined = false } = source;
  const snapshot = await source.read({
    ...(signal ? { signal } : {}),
    onProgress: ({ phase, done, total, unit }) => onProgress?.({ phase, done, total, unit }),
  });
  // What is wrong with the choice is said before anything is made at the target.
  const chosen = await chosenFor(snapshot, options, isJoined, signal);
  const target = await transfer.openTarget();
  const named = underName(chosen, options.as, target.name, isJoined);
  const described = named.flatMap(({ cache }) => cache.descriptors);
  await using lease = await target.lease(new Set(described.map(digestOf)));
  const inSource = new Set<string>(snapshot.blobs.filter(({ problem }) => !problem).map(({ digest }) => digest));
  const hadBySource = described.filter(({ digest }) => inSource.has(digest));
  // Before the copying: a registry that the source lies in may have a blob for another repository of its own.
  await rememberSource(blobInfo, hadBySource, source, log);

  const { present, unfit } = await target.survey(described, signal, onProgress);
  const run: Run = { ...transfer, log, target, lease, chosen: named, supply: createSupply(inSource, present) };
  await setAside(
    run,
    unfit.filter(({ digest }) => inSource.has(digest)),
  );
  const { compression } = options;
  if (compression) run.chosen = await recompressCaches(run, compression);

  let vanishings = 0;
  for (let overtaken = 0; ; ) {
    const held = await readHeld(run);
    const caches = await writeCaches(run, held);
    const replaced = options.merge ? [] : await replacedAt(target, caches, signal);
    const warnings = [...run.supply.damaged, ...warningsOf(caches, replaced, options)];
    onProgress?.({ phase: 'Writing the references', done: 0, unit: 'bytes' });
    const references = caches.map(({ ref, selected, documents }) => ({
      ref,
      manifest: documents.manifest,
      needs: [...selected.blobs, documents.config],
      mayReplace: options.replace === true || options.merge === true,
      joinedFrom: held?.find((each) => each.ref === ref)?.manifests,
    }));
    const switched = target.switchReferences(references, { signal, onWait: onProgress && waiting(onProgress) });
    const lost = await switched.catch(async (error: unknown) => {
      overtaken += 1;
      if (!held || !isCacheError(error, 'CONFLICT') || overtaken === OVERTAKEN) throw error;
      log(`somebody else wrote under this name: joined anew, time ${overtaken + 1}`);
      return undefined;
    });
    if (!lost) {
      await transfer.merging?.clock.wait(Math.random() * Math.min(2_000, 50 * 2 ** overtaken), signal);
      throwIfAborted(signal);
      continue;
    }
    if (lost.length === 0) {
      for (const { ref } of caches) transfer.onSwitched?.(target.locationOf(ref));
      await lease[Symbol.asyncDispose]();
      const blobs = distinctBlobs(caches);
      const used = new Set(blobs.map(digestOf));
      const unused = [...run.supply.brought].filter((digest) => !used.has(digest));
      if (unused.length > 0) await target.discard(unused);
      await rememberPlace(blobInfo, blobs, target.place, log);
      return reportOf(run, caches, held, warnings);
    }
    vanishings += 1;
    if (vanishings === TRIES) throw vanished(lost);
    for (const digest of lost) run.supply.inTarget.delete(digest);
  }
}

/** What the references hold that are added to, with its blobs leased; undefined where none is. */
async function readHeld({ target, chosen, options, merging, lease, supply, signal }: Run) {
  if (!options.merge) return undefined;
  if (!merging) throw new CacheError('INTERNAL', 'a transfer that cannot read what it adds to');
  const held = await heldCaches(target, chosen, merging, signal);
  const described = held.flatMap((each) => each.chosen.flatMap(({ cache }) => cache.descriptors));
  await lease.add(described.map(digestOf));
  for (const digest of (await target.survey(described, signal)).present) supply.inTarget.add(digest);
  return held;
}

/**
 * Writes everything but the references. What turns out to be damaged cannot be had: then it is worked out anew what is
 * written.
 */
async function writeCaches(run: Run, held: readonly HeldCaches[] | undefined): Promise<PreparedCache[]> {
  const { source, options, target, lease, supply, chosen, signal, log } = run;
  const isThere = (digest: string) => supply.inSource.has(digest) || supply.inTarget.has(digest);
  for (;;) {
    const all = [...(held ?? []).flatMap((each) => each.chosen), ...chosen];
    const prepared = await prepareCaches(all, options, isThere, target, signal);
    const caches = await nameAtTarget(target, prepared, options, source.location, signal);
    const documents = caches.flatMap(({ documents: { config, manifest } }) => [config, manifest]);
    await lease.add(documents.map(digestOf));
    // They are made anew from the columns, so whether those that are there are whole costs no more than reading them.
    await setAside(run, documents);
    const blobs = distinctBlobs(caches);
    const missing = blobs.filter(({ digest }) => !supply.inTarget.has(digest));
    log(`${blobs.length - missing.length} of ${blobs.length} blobs are there`);
    const ingester = createIngester(run, missing.length);
    const count = byteProgress(missing, run.onProgress);
    const content = {
      openBlob: source.openBlob.bind(source),
      locateBlobs: source.locateBlobs.bind(source),
      has: isThere,
    };
    const damageBefore = supply.damaged.length;
    try {
      for (const { selected, documents } of caches) {
        const cache = { blobs: selected.blobs, documents, content };
        const answer = await createCacheExporter(ingester, cache).finalize({
          signal,
          onProgress: count,
          onWarning: log,
        });
        log(`manifest ${answer[exporterResponseManifestDesc]}`);
      }
    } catch (error) {
      if (supply.damaged.length === damageBefore) throw error;
      continue;
    }
    log(`written to ${target.location}`);
    return caches;
  }
}

/** The target as an exporter sees it: layers that are there are not brought again, and damage is noted for all of them. */
function createIngester({ target, supply, blobInfo, log }: Run, toBring: number): Ingester {
  return {
    async writeLayers(layers, content, { signal, onBytes, onArrived }) {
      const missing = layers.filter(({ digest }) => !supply.inTarget.has(digest));
      const damage = await target.bring(content, missing, {
        signal,
        onBytes,
        onArrived: (blob, arrival) => {
          if (blob.size >= LOGGED_BYTES || toBring <= LOGGED_BLOBS) {
            log(`${arrival} ${shortDigest(blob.digest)}, ${formatBytes(blob.size)}`);
            // At once: a transfer that is cut off has brought it, and nobody need bring it from afar again.
            rememberArrival(blobInfo, blob, target.place);
          }
          supply.inTarget.add(blob.digest);
          if (arrival !== 'there') supply.brought.add(digestOf(blob));
          if (arrival === 'mounted') supply.mounted.add(digestOf(blob));
          onArrived(blob);
        },
      });
      for (const error of damage) noteDamage(supply, error);
      if (damage[0]) throw damage[0];
    },
    writeConfig: (document, descriptor, signal) => target.writeConfig(document, descriptor, signal),
    writeManifest: (document, descriptor, signal) => target.writeManifest(document, descriptor, signal),
  };
}

async function setAside({ target, supply, signal, onProgress, log }: Run, suspects: readonly Descriptor[]) {
  if (suspects.length === 0) return;
  const onWait = onProgress && waiting(onProgress);
  const { whole, note } = await target.setAside(suspects, { signal, onWait, onProgress });
  for (const digest of whole) supply.inTarget.add(digest);
  if (note === undefined) return;
  supply.damaged.push(note);
  log(note);
}

/** Adds the statuses of single blobs up. */
function byteProgress(missing: readonly Descriptor[], onProgress: Transfer['onProgress']) {
  const total = bytesOf(missing).deduplicated;
  const doneOf = new Map<string, number>();
  let done = 0;
  const say = (subject?: string) => {
    const named = subject === undefined ? {} : { subject };
    onProgress?.({ phase: 'Copying', done: Math.min(done, total), total, unit: 'bytes', ...named });
  };
  say();
  return (status: ExportStatus): void => {
    if (status.what !== 'layer') return;
    const { digest } = status.blob;
    done += status.done - (doneOf.get(digest) ?? 0);
    doneOf.set(digest, status.done);
    say(digest);
  };
}

function reportOf(
  { target, supply }: Run,
  caches: readonly PreparedCache[],
  held: readonly HeldCaches[] | undefined,
  warnings: string[],
): TransferReport {
  const [first] = caches;
  if (!first) throw new CacheError('INTERNAL', 'a transfer of no caches');
  const blobs = distinctBlobs(caches);
  const brought = blobs.filter((blob) => supply.brought.has(digestOf(blob)));
  const copied = brought.filter((blob) => !supply.mounted.has(digestOf(blob)));
  const mounted = brought.length - copied.length;
  return {
    blobsCopied: copied.length,
    blobsSkipped: blobs.length - brought.length,
    bytesCopied: bytesOf(copied).deduplicated,
    ...(mounted === 0 ? {} : { blobsMounted: mounted }),
    resultsLeftOut: caches.reduce((sum, { selected }) => sum + selected.leftOut, 0),
    manifest: first.documents.manifest,
    caches: caches.map(({ ref, selected, documents }) => {
      const records = selected.config.recordDigest.length;
      const before = held
        ?.find((each) => each.ref === ref)
        ?.chosen.map(({ cache }) => cache.parsed.recordDigest.length);
      const addedRecords = before && Math.max(0, records - before.reduce((sum, count) => sum + count, 0));
      return { ref, manifest: documents.manifest, records, ...(addedRecords === undefined ? {} : { addedRecords }) };
    }),
    warnings,
    commands: caches.flatMap(({ ref }) => target.commands(ref)),
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
