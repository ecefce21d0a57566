import { parseTime } from '../../../../shared/base/time.ts';
import type { Totals } from '../../../../shared/model/totals.ts';
import type { CacheConfig } from '../../model/cache-config.ts';
import type { SourceSnapshot } from '../../ports/cache-source.ts';

/** One record, as `docs/CLI.md` defines its figures, worked out the slow and obvious way. */
export interface NaiveRecord {
  readonly id: string;
  readonly users: number;
  readonly inputs: number;
  readonly results: number;
  readonly layers: number;
  readonly ownBytes: number;
  readonly addsBytes: number;
  readonly sharedBytes: number;
  readonly createdAt: string | undefined;
}

/** What the derivations must agree with; written without any of their code. */
export interface NaiveCatalog {
  readonly records: readonly NaiveRecord[];
  /** Blob digest → distinct records that hold it: over the source, and by cache. */
  readonly blobRecords: ReadonlyMap<string, number>;
  readonly cacheBlobRecords: readonly ReadonlyMap<string, number>[];
  readonly caches: readonly Totals[];
  readonly totals: Totals;
}

interface Result {
  readonly chain: readonly string[];
  readonly createdAt: string;
}

/** Walks every chain of every result, again and again. */
export function naiveDerive(snapshot: SourceSnapshot): NaiveCatalog {
  const size = new Map<string, number>();
  for (const blob of snapshot.blobs) size.set(blob.digest, blob.size);
  for (const cache of snapshot.caches.toReversed()) for (const d of cache.descriptors) size.set(d.digest, d.size);
  const bytes = (digests: Iterable<string>) => [...digests].reduce((sum, d) => sum + (size.get(d) ?? 0), 0);
  const files = new Map<string, number>(snapshot.blobs.map((blob) => [blob.digest, blob.size]));
  const fileBytes = (digests: Iterable<string>) => [...digests].reduce((sum, d) => sum + (files.get(d) ?? 0), 0);

  const records: { cache: number; config: CacheConfig; index: number; digest: string; results: Result[] }[] = [];
  for (const [cache, { parsed, descriptors }] of snapshot.caches.entries()) {
    const described = new Set(descriptors.map((d) => d.digest));
    for (const index of parsed.recordDigest.keys()) {
      const results = resultsOf(parsed, index).filter((result) => result.chain.every((blob) => described.has(blob)));
      records.push({ cache, config: parsed, index, digest: text(parsed, parsed.recordDigest[index]), results });
    }
  }
  const holds = records.map((record) => new Set(record.results.flatMap((result) => result.chain)));
  const figures = records.map((record, own): NaiveRecord => {
    const same = records.filter((other) => other.digest === record.digest);
    const newest = record.results.reduce<Result | undefined>(
      (best, result) => (best === undefined || later(result.createdAt, best.createdAt) ? result : best),
      undefined,
    );
    const chain = newest?.chain ?? [];
    const others = (blob: string) => holds.some((set, other) => other !== own && set.has(blob));
    return {
      id: same.length === 1 ? record.digest : `${record.digest}~${same.indexOf(record) + 1}`,
      users: records.filter((user) => user.cache === record.cache && inputsOf(user).flat().includes(record.index))
        .length,
      inputs: inputsOf(record).length,
      results: record.results.length,
      layers: chain.length,
      ownBytes: bytes(chain),
      addsBytes: bytes(chain.slice(-1)),
      sharedBytes: bytes(chain.filter(others)),
      createdAt: newest?.createdAt,
    };
  });

  const cacheBlobRecords = snapshot.caches.map((_, cache) =>
    countBlobs(holds.filter((_set, record) => records[record]?.cache === cache)),
  );
  const blobsOf = ({ parsed }: { parsed: CacheConfig }) => new Set([...parsed.layerBlob].map((b) => text(parsed, b)));
  const chainsOf = ({ parsed }: { parsed: CacheConfig }) =>
    new Set([...parsed.layerBlob.keys()].map((layer) => chainOf(parsed, layer).join()));
  const listed = new Set<string>(
    snapshot.caches.flatMap((c) => [...c.descriptors.map((d) => d.digest), ...blobsOf(c)]),
  );
  const orphans = snapshot.blobs.filter((b) => !listed.has(b.digest) && !snapshot.documents.includes(b.digest));
  const totalsOf = (of: readonly number[]): Totals => {
    const caches = snapshot.caches.filter((_, cache) => of.includes(cache));
    const own = records.filter((record) => of.includes(record.cache));
    const blobs = new Set(caches.flatMap((cache) => [...blobsOf(cache)]));
    const elsewhere = new Set(snapshot.caches.filter((_, c) => !of.includes(c)).flatMap((c) => [...blobsOf(c)]));
    return {
      records: own.length,
      rootRecords: own.filter((record) => inputsOf(record).length === 0).length,
      links: own.reduce((sum, record) => sum + inputsOf(record).flat().length, 0),
      results: own.reduce((sum, record) => sum + record.results.length, 0),
      layers: new Set(caches.flatMap((cache) => [...chainsOf(cache)])).size,
      blobs: blobs.size,
      totalBytes: own.reduce((sum, record) => sum + record.results.reduce((s, r) => s + bytes(r.chain), 0), 0),
      deduplicatedBytes: bytes(blobs),
      reclaimableBytes: fileBytes([...blobs].filter((blob) => !elsewhere.has(blob))),
      missingBlobs: [...blobs].filter((blob) => !files.has(blob)).length,
      orphanBlobs: 0,
      orphanBytes: 0,
    };
  };
  const everything = totalsOf(snapshot.caches.map((_, cache) => cache));
  return {
    records: figures,
    blobRecords: countBlobs(holds),
    cacheBlobRecords,
    caches: snapshot.caches.map((_, cache) => totalsOf([cache])),
    totals: {
      ...everything,
      reclaimableBytes: fileBytes(new Set(snapshot.blobs.map((b) => b.digest))) - fileBytes(snapshot.documents),
      orphanBlobs: orphans.length,
      orphanBytes: fileBytes(orphans.map((b) => b.digest)),
    },
  };
}

function countBlobs(sets: readonly ReadonlySet<string>[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const set of sets) for (const blob of set) counts.set(blob, (counts.get(blob) ?? 0) + 1);
  return counts;
}

function text(config: CacheConfig, index: number | undefined): string {
  return config.texts[index ?? 0] ?? '';
}

function chainOf(config: CacheConfig, layer: number): string[] {
  const chain: string[] = [];
  for (let at = layer; at >= 0; at = config.layerParent[at] ?? -1) chain.unshift(text(config, config.layerBlob[at]));
  return chain;
}

function resultsOf(config: CacheConfig, record: number): Result[] {
  const results: Result[] = [];
  for (let r = config.resultOffset[record] ?? 0; r < (config.resultOffset[record + 1] ?? 0); r += 1) {
    const chain = chainOf(config, config.resultLayer[r] ?? -1);
    results.push({ chain, createdAt: text(config, config.resultCreatedAt[r]) });
  }
  for (const chain of config.chains.filter((c) => c.record === record)) {
    results.push({ chain: chain.layers.map((l) => text(config, config.layerBlob[l])), createdAt: chain.createdAt });
  }
  return results;
}

function inputsOf({ config, index }: { config: CacheConfig; index: number }): number[][] {
  const inputs: number[][] = [];
  for (let i = config.inputOffset[index] ?? 0; i < (config.inputOffset[index + 1] ?? 0); i += 1) {
    inputs.push([...config.alternativeLink.slice(config.alternativeOffset[i], config.alternativeOffset[i + 1])]);
  }
  return inputs;
}

/** Times of the tests differ in whole milliseconds, or not at all. */
function later(a: string, b: string): boolean {
  return (parseTime(a) ?? Number.NEGATIVE_INFINITY) > (parseTime(b) ?? Number.NEGATIVE_INFINITY);
}
