import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import type { Digest } from '../../../../shared/oci/digest.ts';
import { parseDigest } from '../../../../shared/oci/digest.ts';
import { parseS3Address } from '../../../../shared/oci/s3-address.ts';
import { applyCollect } from '../../../engine/collect/apply.ts';
import type { KeptPlan } from '../../../engine/collect/kept-plan.ts';
import { planCollect } from '../../../engine/collect/plan.ts';
import { createSqliteCollectNotes } from '../../sqlite/collect-notes.ts';
import type { S3Connector } from '../client.ts';
import { createCollectedBucket } from '../collected-bucket.ts';
import type { TestBucket } from './test-bucket.ts';

/** Older blobs go in these tests. */
export const AGE_MS = 10 * 24 * 3_600_000;

/** The digest of the blob with some text. */
export function digestOf(text: string): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(text).digest('hex')}`);
}

/** A manifest that needs blobs with these texts, as BuildKit writes one. */
export function manifestOf(...texts: readonly string[]): string {
  const annotations = { mediaType: 'application/vnd.oci.image.layer.v1.tar', diffID: digestOf('diff'), size: 1 };
  return JSON.stringify({
    layers: texts.map((text) => ({ blob: digestOf(text), parent: -1, annotations })),
    records: [{ digest: digestOf('record') }],
  });
}

/** A cache below a prefix of its own, whose blobs are as old as a test says. */
export function createCollectFixture(bucket: TestBucket, prefix: string) {
  const address = parseS3Address(bucket.at(prefix));
  const database = new DatabaseSync(':memory:');
  const notes = createSqliteCollectNotes(database);
  let now = Date.now();
  const open = (connect: S3Connector = bucket.connect) => createCollectedBucket(address, connect, () => now);
  const putBlobs = async (...texts: readonly string[]): Promise<void> => {
    await Promise.all(texts.map((text) => bucket.put(`${prefix}/blobs/${digestOf(text)}`, text)));
  };
  return {
    notes,
    open,
    putBlobs,
    putManifest: (name: string, ...texts: readonly string[]) =>
      bucket.put(`${prefix}/manifests/${name}`, manifestOf(...texts)),
    /** What was put before this is old enough from now on. A server's clock counts whole seconds. */
    age(): void {
      now = Date.now() + AGE_MS + 1000;
    },
    /** Waits until what is put is not old enough, and has another time than what was put before. */
    untilYoung: () => new Promise((resolve) => setTimeout(resolve, 1100)),
    plan: (olderThanMs = AGE_MS): Promise<KeptPlan> =>
      planCollect({ bucket: open(), sourceId: 'bucket', olderThanMs, now }),
    apply: (plan: KeptPlan, options: { connect?: S3Connector; batchSize?: number; signal?: AbortSignal } = {}) =>
      applyCollect({ bucket: open(options.connect), plan, notes, now, ...options }),
    /** Texts of those of these blobs that are there. */
    async there(...texts: readonly string[]): Promise<string[]> {
      const found = await Promise.all(texts.map((text) => bucket.get(`${prefix}/blobs/${digestOf(text)}`)));
      return texts.filter((_, i) => found[i] !== undefined);
    },
  };
}
