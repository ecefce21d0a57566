import { CacheError, isCacheError } from '../../../shared/base/errors.ts';
import type { VerifyReport } from '../../../shared/model/job.ts';
import type { Source } from '../../../shared/model/source.ts';
import { parseDigest } from '../../../shared/oci/digest.ts';
import type { Implementer } from '../implementer.ts';
import type { BlobHasher } from '../ports/blob-hasher.ts';
import type { CacheSource } from '../ports/cache-source.ts';
import type { SourceDamage } from '../ports/damage-notes.ts';
import type { JobContext, Jobs } from '../ports/jobs.ts';
import type { StoreOpener } from '../ports/managed-store.ts';
import type { SourceOpener } from '../ports/source-opener.ts';
import { type DamageEngine, knownDamage } from './known-damage.ts';
import { type DamagedStore, IS_WHOLE, mendStore, quarantineInStore } from './mend.ts';
import { verifyBlobs } from './verify-blobs.ts';

/** Damage shown with a source in the list; a whole report stands in the job. */
const MAX_SHOWN = 1000;

/** What `verify` needs of the engine. */
export interface VerifyEngine extends DamageEngine {
  readonly stores: Pick<StoreOpener, 'openStore' | 'viewStore'>;
  readonly jobs: Jobs;
  readonly hasher: BlobHasher;
  readonly opener: Pick<SourceOpener, 'open'>;
  readonly damage: SourceDamage;
}

/** `verify` of the contract. What a check finds is shown with the source, and damage of its bytes until somebody touches them. */
export function createVerifyHandlers(os: Implementer['verify'], engine: VerifyEngine) {
  const { jobs, sources, hasher, stores, opener, blobInfo, damage } = engine;

  const storeSource = (sourceId: string): Source => {
    const source = sources.get(sourceId);
    if (source.can.repair) return source;
    throw new CacheError('INVALID_INPUT', 'Only a managed store can be mended.', {
      subject: source.location,
      hint: 'Import the cache into a store, or copy it anew from where it was written.',
    });
  };

  /** A job that changes the blobs of a store. Whatever the end, the catalog is brought up to date. */
  const inStore = async <T>(
    source: Source,
    digests: readonly string[] | undefined,
    { signal, progress, log }: JobContext,
    work: (damaged: DamagedStore) => Promise<T>,
  ): Promise<T> => {
    const store = await stores.openStore(source.location);
    try {
      return await work({
        store,
        source: await sources.cacheSource(source.id, signal),
        digests: digests?.map((text) => parseDigest(text)),
        signal,
        onProgress: progress,
        log,
      });
    } finally {
      await sources.refresh(source.id, signal.aborted ? undefined : signal);
    }
  };

  return {
    start: os.start.handler(({ input: { sourceId } }) => {
      const { location } = sources.get(sourceId);
      const jobId = jobs.start({
        kind: 'verify',
        title: `Verify ${location}`,
        sourceId,
        async run({ signal, progress, log }) {
          const source = await sources.cacheSource(sourceId, signal);
          const report = await verifyBlobs(source, { hasher, signal, progress });
          for (const { code, subject, message } of report.details) log(`${code} ${subject}: ${message}`);
          await keepFindings(damage, source, report, { signal, log });
          await sources.refresh(sourceId, signal);
          sources.report(sourceId, report.details.slice(0, MAX_SHOWN));
          return { kind: 'verify', report };
        },
      });
      return { jobId };
    }),
    damage: os.damage.handler(({ input: { sourceId }, signal }) => knownDamage(engine, sourceId, signal)),
    quarantine: os.quarantine.handler(({ input: { sourceId, digests } }) => {
      const source = storeSource(sourceId);
      const jobId = jobs.start({
        kind: 'quarantine',
        title: `Quarantine damaged blobs of ${source.location}`,
        sourceId,
        mutates: source.location,
        run: async (job) => ({
          kind: 'quarantine' as const,
          report: await inStore(source, digests, job, quarantineInStore),
        }),
      });
      return { jobId };
    }),
    mend: os.mend.handler(async ({ input: { sourceId, from, digests }, signal }) => {
      const source = storeSource(sourceId);
      const origin = await opener.open(from, signal);
      if (origin.location === source.location) {
        throw new CacheError('INVALID_INPUT', 'This is the store itself.', {
          subject: from,
          hint: 'Choose another place that has these blobs.',
        });
      }
      const jobId = jobs.start({
        kind: 'mend',
        title: `Re-import blobs of ${source.location} from ${origin.location}`,
        sourceId,
        mutates: source.location,
        async run(job) {
          const report = await inStore(source, digests, job, (damaged) => mendStore({ ...damaged, origin }));
          // What was said to be there and is not is not offered again.
          for (const { digest, reason } of report.leftAlone) {
            if (reason !== IS_WHOLE) await blobInfo.forgetLocation(digest, origin.place);
          }
          return { kind: 'mend' as const, report };
        },
      });
      return { jobId };
    }),
  };
}

/** Damage that only hashing shows is noted, for imports and for who opens the source later. */
async function keepFindings(
  damage: SourceDamage,
  source: CacheSource,
  { details }: VerifyReport,
  { signal, log }: Pick<JobContext, 'signal' | 'log'>,
): Promise<void> {
  const found = details
    .filter(({ code }) => code === 'DIGEST_MISMATCH')
    .map(({ subject, message }) => ({ digest: parseDigest(subject), message }));
  try {
    await damage.note(source, found, signal);
  } catch (error) {
    if (!isCacheError(error, 'ACCESS_DENIED')) throw error;
    log('What was found could not be noted in the store: it may not be written.');
  }
}
