// Writes a synthetic cache of any size as an OCI layout. The same options give the same bytes.
import { parseArgs } from 'node:util';
import { shapeCache } from './generate-cache-shape.ts';
import { type BlobKind, writeShapedCache } from './generate-cache-write.ts';

const USAGE = `node scripts/generate-cache.ts --out FOLDER [options]

  --out FOLDER         where to write it (required)
  --records N          cache records, roots included (default 10000)
  --fan-in X           input positions of a step, on average (default 1.6)
  --alternatives N     alternatives of an input found by content (default 2)
  --sharing X          0 … 1: how much stages and inputs share (default 0.5)
  --results X          0 … 1: share of the steps that have a result (default 0.8)
  --depth N            layers of the longest chain (default 40)
  --seed N             another seed, another cache (default 1)
  --blobs KIND         real: small layers that verify; sparse: holes of realistic size; none (default real)
  --ref NAME           reference in index.json (default latest)`;

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    records: { type: 'string', default: '10000' },
    'fan-in': { type: 'string', default: '1.6' },
    alternatives: { type: 'string', default: '2' },
    sharing: { type: 'string', default: '0.5' },
    results: { type: 'string', default: '0.8' },
    depth: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    blobs: { type: 'string', default: 'real' },
    ref: { type: 'string', default: 'latest' },
    help: { type: 'boolean', default: false },
  },
});

function numberFrom(
  option: 'records' | 'fan-in' | 'alternatives' | 'sharing' | 'results' | 'depth' | 'seed',
  from: number,
  to: number,
): number {
  const value = Number(values[option]);
  if (!(value >= from && value <= to)) fail(`--${option} is a number from ${from} to ${to}`);
  return value;
}

function fail(what: string): never {
  console.error(`${what}\n\n${USAGE}`);
  process.exit(2);
}

if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const folder = values.out ?? fail('--out is missing');
const blobs = (['real', 'sparse', 'none'] as const).find((kind): kind is BlobKind => kind === values.blobs);
const shaped = shapeCache({
  records: Math.round(numberFrom('records', 0, 10_000_000)),
  fanIn: numberFrom('fan-in', 1, 100),
  alternatives: Math.round(numberFrom('alternatives', 1, 100)),
  sharing: numberFrom('sharing', 0, 1),
  results: numberFrom('results', 0, 1),
  depth: Math.round(numberFrom('depth', 1, 100_000)),
  seed: Math.round(numberFrom('seed', 0, 2 ** 32 - 1)),
});
console.error(`${shaped.records.length} records, ${shaped.layers.length} layers, ${shaped.blobs.length} blobs`);
const manifest = await writeShapedCache(shaped, {
  folder,
  ref: values.ref,
  blobs: blobs ?? fail('--blobs is real, sparse or none'),
  onProgress: (phase, done, total) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${phase}: ${done} of ${total}   `);
  },
});
console.log(manifest.digest);
