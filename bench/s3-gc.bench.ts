import { deepStrictEqual } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { createS3Connector } from '../src/main/adapters/s3/client.ts';
import { createCollectedBucket } from '../src/main/adapters/s3/collected-bucket.ts';
import { markBlobs } from '../src/main/engine/collect/mark.ts';
import type { CollectedBucket } from '../src/main/engine/ports/collected-bucket.ts';
import { parseS3Address } from '../src/shared/oci/s3-address.ts';
import { runBench } from './harness.ts';

/*
 * Marking what manifests need over all blobs of a bucket, against listing those blobs and nothing else, both through the
 * same client. The bucket is a stand-in: a server in this process that answers ListObjectsV2 and GetObject as S3 does, since
 * a real one would take hours to be filled with a million objects. `CACHEWRIGHT_BLOBS` sets how many; 50,000
 * where it is not set.
 */

const BLOBS = Number(process.env.CACHEWRIGHT_BLOBS ?? 50_000);
/** Half of the blobs are needed, each manifest sharing half of its own with the next. */
const MANIFESTS = 20;
const PAGE = 1000;
const AGE_MS = 24 * 3_600_000;
const WRITTEN = '2026-01-01T00:00:00.000Z';

/** What both must see. */
interface Seen {
  readonly blobs: number;
  readonly bytes: number;
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://bucket');
  if (url.searchParams.has('list-type')) return response.end(listing(url.searchParams));
  const name = /\/manifests\/m-(\d+)$/.exec(url.pathname)?.[1];
  if (name === undefined) return response.writeHead(404).end();
  const body = manifestTexts[Number(name)] ?? '';
  return response.writeHead(200, { 'content-length': body.length, etag: '"m"' }).end(body);
});

/** Digests of the bucket in the order of their keys. */
const digests = Array.from({ length: BLOBS }, (_, n) => createHash('sha256').update(String(n)).digest('hex')).sort();
const manifestTexts = Array.from({ length: MANIFESTS }, (_, n) => manifest(n));

/** A manifest that needs a tenth of the needed half, half of that with the one before. */
function manifest(n: number): string {
  const step = Math.floor(BLOBS / 2 / MANIFESTS);
  const layers = Array.from({ length: Math.min(2 * step, BLOBS / 2 - n * step) }, (_, i) => {
    const digest = digests[(n * step + i) * 2];
    return `{"blob":"sha256:${digest}","parent":-1,"annotations":{"mediaType":"application/vnd.oci.image.layer.v1.tar+zstd","diffID":"sha256:${digest}","size":1000,"createdAt":"2026-01-01T00:00:00Z"}}`;
  });
  return `{"layers":[${layers.join()}],"records":[{"digest":"sha256:${'0'.repeat(64)}"}]}`;
}

/** A page of ListObjectsV2, as AWS writes it. */
function listing(query: URLSearchParams): string {
  const prefix = query.get('prefix') ?? '';
  const keys = prefix.startsWith('app/manifests/')
    ? { size: MANIFESTS, key: (i: number) => `app/manifests/m-${i}`, from: 0 }
    : stretch(prefix, query.get('start-after') ?? '');
  const from = Math.max(keys.from, Number(query.get('continuation-token') ?? 0));
  const to = Math.min(from + PAGE, keys.size);
  let contents = '';
  for (let i = from; i < to; i += 1) {
    contents += `<Contents><Key>${keys.key(i)}</Key><LastModified>${WRITTEN}</LastModified><ETag>&quot;m&quot;</ETag><Size>1000</Size><StorageClass>STANDARD</StorageClass></Contents>`;
  }
  const rest =
    to < keys.size
      ? `<IsTruncated>true</IsTruncated><NextContinuationToken>${to}</NextContinuationToken>`
      : '<IsTruncated>false</IsTruncated>';
  return `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bench</Name><Prefix>${prefix}</Prefix>${rest}${contents}</ListBucketResult>`;
}

/** The blobs whose keys begin with a prefix and come after a key. */
function stretch(prefix: string, after: string) {
  const key = (i: number): string => `app/blobs/sha256:${digests[i]}`;
  const first = (isIn: (key: string) => boolean): number => {
    let low = 0;
    for (let high = BLOBS; low < high; ) {
      const middle = (low + high) >>> 1;
      if (isIn(key(middle))) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  const from = first((each) => each >= prefix && each > after);
  return {
    size: Math.max(
      from,
      first((each) => each > `${prefix}~`),
    ),
    key,
    from,
  };
}

await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = server.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;
const environment = { AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench' };
const at = parseS3Address(`s3://bench/app?endpoint=http://127.0.0.1:${port}&region=us-east-1`);
const bucket: CollectedBucket = createCollectedBucket(at, createS3Connector({ environment }), () => Date.now());

try {
  await runBench({
    name: 's3-gc',
    what: `mark ${BLOBS.toLocaleString('en')} blobs of a bucket by ${MANIFESTS} manifests, against listing them alone`,
    goal: 1 / 1.5,
    rounds: 5,
    prepare: () => ({}),
    ours: { name: 'mark', run: mark },
    peer: { name: 'list', run: list },
    check: (ours, peer) => deepStrictEqual(ours, peer),
  });
} finally {
  server.closeAllConnections();
  server.close();
}

async function mark(): Promise<Seen> {
  const { sizes, goes, young } = await markBlobs(bucket, AGE_MS);
  const needed = sizes.filter((size) => size >= 0);
  return {
    blobs: needed.length + goes.length + young.blobs,
    bytes: needed.reduce((sum, size) => sum + size, 0) + goes.bytes + young.bytes,
  };
}

async function list(): Promise<Seen> {
  const seen = { blobs: 0, bytes: 0 };
  await bucket.eachPage((page) => {
    for (const { size } of page) {
      seen.blobs += 1;
      seen.bytes += size;
    }
  });
  return seen;
}
