import { CacheError } from '../../../shared/base/errors.ts';
import type { TransferBlob, TransferPreview } from '../../../shared/model/transfer.ts';
import { parseRef } from '../../../shared/oci/reference.ts';
import type { InputOf } from '../procedures.ts';
import type { FakeJobs } from './fake-jobs.ts';
import type { FakeSource } from './fake-sources.ts';
import { fakeDigest } from './records.ts';

type Input = Pick<InputOf<'transfer.preview'>, 'to' | 'options'>;

/** Transfers of the fake engine: every third blob is there at first, and what was copied stays. */
export interface FakeTransfers {
  /** @throws `ACCESS_DENIED` for a registry called `locked` */
  preview(source: FakeSource, input: Input): TransferPreview;
  start(kind: 'import' | 'export', source: FakeSource, input: Input): string;
}

/** Transfers that run as jobs. */
export function createFakeTransfers(jobs: FakeJobs): FakeTransfers {
  const arrived = new Map<string, Set<string>>();
  const preview: FakeTransfers['preview'] = ({ catalog, records }, { to, options }) => {
    if (to.startsWith('docker://')) refuse(to);
    const there = arrived.get(to);
    const wanted = options?.key === undefined ? catalog.layers : catalog.record(options.key).chain;
    const held = new Set(wanted.map((layer) => layer.digest));
    const blobs = catalog.layers
      .filter((layer) => held.has(layer.digest))
      .map((layer, at): TransferBlob => {
        const isThere = at % 3 === 0 || there?.has(layer.digest) === true;
        const state = layer.present ? (isThere ? 'there' : 'to-copy') : 'missing';
        return { digest: layer.digest, mediaType: layer.mediaType, size: layer.size, state };
      });
    const copy = blobs.filter((blob) => blob.state === 'to-copy');
    const skip = blobs.filter((blob) => blob.state === 'there');
    return {
      records: options?.key === undefined ? records.length : 1,
      refs: [options?.as ?? options?.ref ?? 'latest'],
      blobs,
      copyBlobs: copy.length,
      copyBytes: bytesOf(copy),
      skipBlobs: skip.length,
      skipBytes: bytesOf(skip),
      resultsLeftOut: blobs.some((blob) => blob.state === 'missing') ? 4 : 0,
      warnings: [],
    };
  };
  return {
    preview,
    start(kind, source, input) {
      const { to } = input;
      const { blobs, copyBlobs, copyBytes, skipBlobs, resultsLeftOut } = preview(source, input);
      const copy = blobs.filter((blob) => blob.state === 'to-copy');
      const there = arrived.get(to) ?? new Set();
      arrived.set(to, there);
      const size = { mediaType: 'application/vnd.oci.image.manifest.v1+json', size: 6120 };
      return jobs.start({
        kind,
        title: `${kind === 'import' ? 'Import' : 'Export'} ${source.source.name} to ${to}`,
        sourceId: source.source.id,
        unit: 'bytes',
        total: copyBytes,
        steps: 60,
        subject(done) {
          let passed = 0;
          for (const blob of copy) {
            passed += blob.size;
            if (passed > done) return blob.digest;
            there.add(blob.digest);
          }
          return undefined;
        },
        result: () => ({
          kind,
          report: {
            blobsCopied: copyBlobs,
            blobsSkipped: skipBlobs,
            bytesCopied: copyBytes,
            resultsLeftOut,
            manifest: { ...size, digest: fakeDigest('manifest') },
            warnings: [],
            commands: [
              `buildctl build --import-cache type=local,src=${to} …`,
              `docker buildx build --cache-from type=local,src=${to} .`,
            ],
          },
        }),
      });
    },
  };
}

function bytesOf(blobs: readonly TransferBlob[]): number {
  return blobs.reduce((sum, blob) => sum + blob.size, 0);
}

function refuse(to: string): void {
  const { registry } = parseRef(to);
  if (registry !== 'locked:5000') return;
  throw new CacheError('ACCESS_DENIED', 'The registry wants other credentials.', {
    subject: to,
    hint: `Run: docker login ${registry}`,
  });
}
