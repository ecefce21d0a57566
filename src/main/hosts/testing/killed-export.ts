// An export in a process of its own, which ends itself without a word at one of the points that are counted: before and
// after each step of the target, and after each blob that arrives. Prints `done` when there are fewer points.
import { parseRef } from '../../../shared/oci/reference.ts';
import { createStoreOpener } from '../../adapters/file/store-opener.ts';
import { createMemoryBlobInfoCache } from '../../adapters/memory/testing/blob-info-cache.ts';
import { openSource } from '../../adapters/oci-layout/index.ts';
import { createRepositoryOpener } from '../../adapters/registry/open-repository.ts';
import { createS3Connectors } from '../../adapters/s3/client.ts';
import { createHashPool } from '../../adapters/workers/hash-pool.ts';
import type { CacheTarget } from '../../engine/ports/cache-target.ts';
import { transferCaches } from '../../engine/transfer/transfer.ts';
import { createTargetOpener } from '../target-opener.ts';

/** What the child does: export `from` to `to`, and die at a point, counted from 1. */
export interface KilledExport {
  readonly from: string;
  readonly to: string;
  readonly at: number;
  /** Another repository of the registry that has some of the blobs. */
  readonly elsewhere?: string;
}

const [order] = process.argv.slice(2);
if (order !== undefined) await run(JSON.parse(order) as KilledExport);

async function run({ from, to, at, elsewhere }: KilledExport): Promise<void> {
  const source = await openSource(from);
  const blobInfo = createMemoryBlobInfoCache();
  if (elsewhere !== undefined) {
    const digests = (await source.read()).blobs.map(({ digest }) => digest);
    await blobInfo.recordKnownLocations(digests, parseRef(elsewhere));
  }
  const registry = { repositories: createRepositoryOpener(async () => undefined), blobInfo };
  const stores = createStoreOpener({ hasher: createHashPool() });
  const targets = createTargetOpener({ stores, registry, s3: { connect: createS3Connectors().connect } });
  const target = await targets.open(to, { create: true });
  if (!target) throw new Error('no target');
  await transferCaches({
    source,
    blobInfo,
    openTarget: async () => dyingAt(target, at),
    options: { mode: 'max', ref: 'latest' },
  });
  process.stdout.write('done');
}

function dyingAt(target: CacheTarget, at: number): CacheTarget {
  let points = 0;
  const point = (): void => {
    points += 1;
    if (points === at) process.kill(process.pid, 'SIGKILL');
  };
  const around = async <T>(work: Promise<T>): Promise<T> => {
    const result = await work;
    point();
    return result;
  };
  return {
    ...target,
    bring: (content, blobs, options) => {
      point();
      const onArrived: typeof options.onArrived = (blob, arrival) => {
        options.onArrived(blob, arrival);
        point();
      };
      return target.bring(content, blobs, { ...options, onArrived });
    },
    writeConfig: (...args) => around(target.writeConfig(...args)),
    writeManifest: (...args) => around(target.writeManifest(...args)),
    switchReferences: (...args) => around(target.switchReferences(...args)),
  };
}
