import { strictEqual } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createMemoryLayerInfoCache } from '../src/main/adapters/memory/layer-info-cache.ts';
import { createS3Connector } from '../src/main/adapters/s3/client.ts';
import { S3LayerStore } from '../src/main/adapters/s3/layer-store.ts';
import type { LayerInfoCache } from '../src/main/engine/ports/layer-info-cache.ts';
import type { LayerProvider } from '../src/main/engine/ports/layer-store.ts';
import { eachOf } from '../src/main/engine/streams/each-of.ts';
import { S3_ACCOUNT, startS3Server } from '../src/main/testing/s3-server.ts';
import type { Descriptor } from '../src/shared/oci/descriptor.ts';
import { type Contender, runBench, sizeOf } from './harness.ts';

/*
 * Layers of mixed sizes to a real S3 server (Ceph's gateway, its store in memory) and back, against rclone and the AWS
 * command line with their own settings. What arrives is checked against its digest by us; the peers check what S3 says.
 */

interface Prepared {
  readonly endpoint: string;
  readonly layers: readonly Descriptor[];
  /** Files named by their digests. */
  readonly folder: string;
  readonly out: string;
  /** A prefix of the bucket that holds them all. */
  readonly there: string;
}

const BUCKET = 'layers';
const MIB = 1024 * 1024;
const TOTAL = sizeOf(512, 2048) * MIB;
/** Sizes in turn: many small layers, few large ones. */
const SIZES = [64, 1, 4, 0.1, 16, 0.02, 1, 0.5].map((mib) => Math.round(mib * MIB));
const AT_ONCE = 8;
const MEDIA_TYPE = 'application/vnd.oci.image.layer.v1.tar+gzip';

const run = promisify(execFile);
const isMain = !process.argv.includes('--once');
const server = isMain ? await startS3Server() : undefined;
const environment = { AWS_ACCESS_KEY_ID: S3_ACCOUNT.accessKeyId, AWS_SECRET_ACCESS_KEY: S3_ACCOUNT.secretAccessKey };
const connect = createS3Connector({ environment });

const storeAt = (endpoint: string, prefix: string, layerInfo?: LayerInfoCache): S3LayerStore =>
  new S3LayerStore(
    { bucket: BUCKET, region: 'us-east-1', endpointURL: endpoint, usePathStyle: true, blobsPrefix: `${prefix}/` },
    { connect, layerInfo },
  );

function providerOf(folder: string): LayerProvider {
  return {
    async openBlob(digest) {
      const path = join(folder, digest);
      const { size } = await stat(path);
      return {
        size,
        read: () => Promise.reject(new Error('a layer is sent as a stream')),
        stream: () => createReadStream(path, { highWaterMark: MIB }),
        [Symbol.asyncDispose]: async () => {},
      };
    },
  };
}

async function push({ endpoint, layers, folder }: Prepared, prefix: string, layerInfo?: LayerInfoCache) {
  const store = storeAt(endpoint, prefix, layerInfo);
  const provider = providerOf(folder);
  await eachOf(layers, { atOnce: AT_ONCE }, async (layer, signal) => {
    await store.pushLayer(layer, provider, { signal });
  });
  return prefix;
}

async function pull({ endpoint, layers, there, out }: Prepared, name: string): Promise<string> {
  const store = storeAt(endpoint, there);
  const to = join(out, name);
  await mkdir(to, { recursive: true });
  await eachOf(layers, { atOnce: AT_ONCE }, async (layer, signal) => {
    await using reader = await store.readerAt(layer, { signal });
    await using file = await open(join(to, layer.digest), 'w');
    const buffer = new Uint8Array(MIB);
    for (let at = 0; at < layer.size; ) {
      const bytes = await reader.readAt(buffer, at);
      await file.write(buffer, 0, bytes, at);
      at += bytes;
    }
  });
  return to;
}

async function prepare(folder: string): Promise<Prepared> {
  const files = join(folder, 'files');
  const out = join(folder, 'out');
  await mkdir(files);
  await mkdir(out);
  const layers: Descriptor[] = [];
  let left = TOTAL;
  for (let n = 0; left > 0; n += 1) {
    const bytes = randomBytes(Math.min(left, SIZES[n % SIZES.length] ?? left));
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    await writeFile(join(files, digest), bytes);
    layers.push({ mediaType: MEDIA_TYPE, digest, size: bytes.length });
    left -= bytes.length;
  }
  const prepared = { endpoint: server?.endpoint ?? '', layers, folder: files, out, there: 'there' };
  await push(prepared, prepared.there);
  return prepared;
}

const rclone = (endpoint: string, from: string, to: string) =>
  run('rclone', ['copy', from, to, '--s3-no-check-bucket'], {
    env: {
      ...process.env,
      RCLONE_CONFIG: '/dev/null',
      RCLONE_CONFIG_CEPH_TYPE: 's3',
      RCLONE_CONFIG_CEPH_PROVIDER: 'Ceph',
      RCLONE_CONFIG_CEPH_ENDPOINT: endpoint,
      RCLONE_CONFIG_CEPH_ACCESS_KEY_ID: S3_ACCOUNT.accessKeyId,
      RCLONE_CONFIG_CEPH_SECRET_ACCESS_KEY: S3_ACCOUNT.secretAccessKey,
    },
  });
const aws = (endpoint: string, from: string, to: string) =>
  run('aws', ['s3', 'cp', '--recursive', '--only-show-errors', '--endpoint-url', endpoint, from, to], {
    env: { ...process.env, ...environment, AWS_DEFAULT_REGION: 'us-east-1' },
  });

/** Counts what lies below a prefix of the bucket, in bytes, by the server's own list. */
async function bytesAt(prefix: string): Promise<number> {
  const { sdk, client } = await connect({
    bucket: BUCKET,
    region: 'us-east-1',
    endpoint: server?.endpoint,
    pathStyle: true,
    prefix: '',
    names: [],
    manifestsPrefix: '',
    blobsPrefix: '',
  });
  const { Contents = [] } = await client.send(new sdk.ListObjectsV2Command({ Bucket: BUCKET, Prefix: `${prefix}/` }));
  return Contents.reduce((sum, { Size = 0 }) => sum + Size, 0);
}

async function bytesIn(folder: string): Promise<number> {
  let sum = 0;
  for (const name of await readdir(folder)) sum += (await stat(join(folder, name))).size;
  return sum;
}

const what = `${TOTAL / MIB} MiB in layers of 20 KiB to 64 MiB`;
const rounds = 3;

const pusher = (
  name: string,
  send: (prepared: Prepared, prefix: string) => Promise<unknown>,
): Contender<Prepared, string> => ({
  name,
  run: async (prepared, round) => {
    const prefix = `${name.replace(/\W/g, '-')}-${process.pid}-${round}`;
    await send(prepared, prefix);
    return prefix;
  },
});
const puller = (
  name: string,
  fetch: (prepared: Prepared, to: string) => Promise<unknown>,
): Contender<Prepared, string> => ({
  name,
  run: async (prepared, round) => {
    const to = join(prepared.out, `${name.replace(/\W/g, '-')}-${process.pid}-${round}`);
    await mkdir(to, { recursive: true });
    await fetch(prepared, to);
    return to;
  },
  cleanUp: async (_, to) => void (await run('rm', ['-rf', to])),
});
const checkPushed = async (ours: string, peer: string) => {
  strictEqual(await bytesAt(ours), TOTAL);
  strictEqual(await bytesAt(peer), TOTAL);
};
const checkPulled = async (ours: string, peer: string) => {
  strictEqual(await bytesIn(ours), TOTAL);
  strictEqual(await bytesIn(peer), TOTAL);
};

try {
  if (server) {
    const { sdk, client } = await connect({
      bucket: BUCKET,
      region: 'us-east-1',
      endpoint: server.endpoint,
      pathStyle: true,
      prefix: '',
      names: [],
      manifestsPrefix: '',
      blobsPrefix: '',
    });
    await client.send(new sdk.CreateBucketCommand({ Bucket: BUCKET }));
  }
  for (const [tool, copy, scheme] of [
    ['rclone copy', rclone, 'ceph:'],
    ['aws s3 cp', aws, 's3://'],
  ] as const) {
    const short = tool.slice(0, tool.indexOf(' '));
    await runBench<Prepared, string, string>({
      name: `layerstore-push-${short}`,
      what: `push ${what}`,
      goal: 1,
      rounds,
      prepare,
      ours: pusher('cachewright', (prepared, prefix) => push(prepared, prefix)),
      peer: pusher(tool, (prepared, prefix) =>
        copy(prepared.endpoint, prepared.folder, `${scheme}${BUCKET}/${prefix}`),
      ),
      check: checkPushed,
    });
    await runBench<Prepared, string, string>({
      name: `layerstore-pull-${short}`,
      what: `pull ${what}`,
      goal: 1,
      rounds,
      prepare,
      ours: puller('cachewright', (prepared, to) => pull(prepared, to)),
      peer: puller(tool, (prepared, to) => copy(prepared.endpoint, `${scheme}${BUCKET}/${prepared.there}`, to)),
      check: checkPulled,
    });
  }
  await using layerInfo = createMemoryLayerInfoCache();
  await runBench<Prepared, string, string>({
    name: 'layerstore-again',
    what: `push ${what} a second time, against the first`,
    goal: 50,
    rounds,
    isElsewhere: true,
    prepare: async (folder) => {
      const prepared = await prepare(folder);
      await push(prepared, 'again', layerInfo);
      return prepared;
    },
    ours: { name: 'second push', run: (prepared) => push(prepared, 'again', layerInfo) },
    peer: pusher('first push', (prepared, prefix) => push(prepared, prefix)),
    check: checkPushed,
  });
} finally {
  await server?.[Symbol.asyncDispose]();
}
