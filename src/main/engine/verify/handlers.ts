import type { Implementer } from '../implementer.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { BlobHasher } from '../ports/blob-hasher.ts';
import type { SourceRegistry } from '../sources/registry.ts';
import { verifyBlobs } from './verify-blobs.ts';

/** Damage shown with a source in the list; a whole report stands in the job. */
const MAX_SHOWN = 1000;

/** `verify` of the contract. What it finds is also shown with the source, until that is read anew. */
export function createVerifyHandlers(
  os: Implementer['verify'],
  engine: { readonly jobs: Jobs; readonly sources: SourceRegistry; readonly hasher: BlobHasher },
) {
  const { jobs, sources, hasher } = engine;
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
          sources.report(sourceId, report.details.slice(0, MAX_SHOWN));
          return { kind: 'verify', report };
        },
      });
      return { jobId };
    }),
  };
}
