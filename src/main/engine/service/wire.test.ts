import { describe, expect, test } from 'vitest';
import { readRecordsRequest } from './records-reader.ts';
import { readGetConfig, readRecordLayers, writeAsked, writeConfig } from './server-wire.ts';
import type { RecordsPart } from './service-state.ts';
import type { Config } from './types.ts';
import * as wire from './wire.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const config: Config = {
  s3: {
    bucket: 'layers',
    region: 'us-east-1',
    endpointURL: 'http://localhost:9000',
    usePathStyle: true,
    blobsPrefix: 'blobs/',
    cacheMountPrefixes: ['mounts/npm'],
  },
  importPeriodMs: 60_000,
  exportPeriodMs: 300_000.5,
  exportTimeoutMs: 600_000,
};
const request: RecordsPart = {
  cacheKeys: [
    { id: DIGEST, results: [] },
    { id: 'k1', results: [{ id: 'r1', createdAt: '2024-01-02T03:04:05.123456789Z', description: 'RUN <make> "ü\\' }] },
  ],
  links: [{ id: 'k1', linkedID: DIGEST, input: 1, digest: DIGEST, selector: '' }],
};

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function read(body: string, step = 7): Promise<RecordsPart> {
  const bytes = new TextEncoder().encode(body);
  const chunks = [];
  for (let at = 0; at < bytes.length; at += step) chunks.push(bytes.subarray(at, at + step));
  const parts = await all(readRecordsRequest(chunks));
  return { cacheKeys: parts.flatMap((part) => part.cacheKeys), links: parts.flatMap((part) => part.links) };
}

describe('the wire form of a cache service', () => {
  test('has the names and forms that Go writes', () => {
    expect(JSON.parse(writeConfig(config))).toEqual({
      S3: {
        Bucket: 'layers',
        Region: 'us-east-1',
        EndpointURL: 'http://localhost:9000',
        UsePathStyle: true,
        BlobsPrefix: 'blobs/',
        CacheMountPrefixes: ['mounts/npm'],
      },
      ImportPeriod: 60_000_000_000,
      ExportPeriod: 300_000_500_000,
      ExportTimeout: 600_000_000_000,
    });
    expect(writeConfig({ ...config, s3: undefined })).toBe(
      '{"S3":null,"ImportPeriod":60000000000,"ExportPeriod":300000500000,"ExportTimeout":600000000000}',
    );
    expect(writeAsked({ exportRecords: [] })).toBe('{"ExportRecords":null}');
  });

  test('is read on each side as the other wrote it', async () => {
    expect(wire.readConfig(writeConfig(config))).toEqual(config);
    const mounts = { cacheMountIDs: ['npm'] };
    expect(readGetConfig(wire.writeGetConfig(mounts))).toEqual(mounts);
    const answer = { exportRecords: [{ digest: DIGEST, cacheRefID: 'r1' }] };
    expect(wire.readAsked(writeAsked(answer))).toEqual(answer);
    const annotations = { 'containerd.io/uncompressed': DIGEST, Digest: 'keeps its case' };
    const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar+zstd', digest: DIGEST, size: 5, annotations };
    const layers = { updatedRecords: [{ recordDigest: DIGEST, layers: [layer] }] };
    expect(readRecordLayers(wire.writeRecordLayers(layers))).toEqual(layers);
    const body = `{"CacheKeys":[${request.cacheKeys.map(wire.writeCacheKey)}],"Links":[${request.links.map(wire.writeLink)}]}`;
    for (const step of [1, 7, 1000]) expect(await read(body, step)).toEqual(request);
  });

  test('takes fields in any case, null for nothing and no body for a request of the config', async () => {
    expect(readGetConfig('')).toEqual({ cacheMountIDs: [] });
    expect(readGetConfig('{"cachemountids":null}')).toEqual({ cacheMountIDs: [] });
    expect(readRecordLayers(`{"updatedrecords":[{"RECORDDIGEST":"${DIGEST}","layers":null}]}`)).toEqual({
      updatedRecords: [{ recordDigest: DIGEST, layers: [] }],
    });
    expect(await read('{"links":null,"CACHEKEYS":[{"id":"k","results":null,"More":[1]}]}')).toEqual({
      cacheKeys: [{ id: 'k', results: [] }],
      links: [],
    });
    expect(await read('{"Links":[{"ID":"k","LinkedID":"l","Digest":"random:x"}],"CacheKeys":[{"ID":"k"}]}')).toEqual({
      cacheKeys: [{ id: 'k', results: [] }],
      links: [{ id: 'k', linkedID: 'l', input: 0, digest: 'random:x', selector: '' }],
    });
  });

  test.each([
    ['<html>', 'request'],
    ['{"UpdatedRecords":[{"RecordDigest":"sha256:../x","Layers":null}]}', 'request.updatedrecords.0.recorddigest'],
    [
      `{"UpdatedRecords":[{"RecordDigest":"${DIGEST}","Layers":[{"mediaType":"","digest":"sha256:1","size":1}]}]}`,
      'request.updatedrecords.0.layers.0.digest',
    ],
    [
      `{"UpdatedRecords":[{"RecordDigest":"${DIGEST}","Layers":[{"mediaType":"","digest":"${DIGEST}","size":-1}]}]}`,
      'request.updatedrecords.0.layers.0.size',
    ],
    ['{"UpdatedRecords":7}', 'request.updatedrecords'],
  ])('refuses %s as layers', (body, subject) => {
    expect(() => readRecordLayers(body)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', subject }));
  });

  test.each([
    ['<html>', 'CORRUPT', 'request'],
    ['{"CacheKeys":[{"ID":"k"}', 'CORRUPT', 'CacheKeys[1]'],
    ['{"CacheKeys":[{"ID":"k"},{"ID":""}]}', 'INVALID_INPUT', 'CacheKeys[1].ID'],
    [
      '{"CacheKeys":[{"ID":"k","Results":[{"ID":"r","CreatedAt":"today"}]}]}',
      'INVALID_INPUT',
      'CacheKeys[0].Results[0].CreatedAt',
    ],
    ['{"CacheKeys":[{"ID":"k","Results":[{}]}]}', 'INVALID_INPUT', 'CacheKeys[0].Results[0].ID'],
    ['{"CacheKeys":[{"ID":"k\\u0000"}]}', 'INVALID_INPUT', 'CacheKeys[0].ID'],
    [`{"CacheKeys":[{"ID":"${'k'.repeat(2000)}"}]}`, 'INVALID_INPUT', 'CacheKeys[0].ID'],
    ['{"Links":[{"ID":"a","Digest":"sha256:1"}]}', 'INVALID_INPUT', 'Links[0].LinkedID'],
    ['{"Links":[{"ID":"a","LinkedID":"b","Digest":"sha256:1"}]}', 'INVALID_INPUT', 'Links[0].Digest'],
    ['{"Links":[{"ID":"a","LinkedID":"b","Input":-1,"Digest":"random:1"}]}', 'INVALID_INPUT', 'Links[0].Input'],
    ['{"Links":[{"ID":"a","LinkedID":"b","Selector":"x","Digest":"random:1"}]}', 'INVALID_INPUT', 'Links[0].Selector'],
    ['{"Links":[],"Links":[]}', 'CORRUPT', 'Links'],
  ])('refuses %s as records', async (body, code, subject) => {
    await expect(read(body)).rejects.toMatchObject({ code, subject });
  });

  test('gives parts of bounded size, and refuses a key that is absurdly large', async () => {
    const keys = Array.from({ length: 10_000 }, (_, at) => ({ id: `k${at}`, results: [] }));
    const body = new TextEncoder().encode(`{"CacheKeys":[${keys.map(wire.writeCacheKey)}]}`);
    const small = Array.from({ length: Math.ceil(body.length / 4096) }, (_, at) =>
      body.subarray(at * 4096, (at + 1) * 4096),
    );
    const parts = await all(readRecordsRequest(small));
    expect(parts.length).toBeGreaterThan(3);
    expect(parts.flatMap(({ cacheKeys }) => cacheKeys)).toEqual(keys);
    const huge = (async function* () {
      yield new TextEncoder().encode('{"CacheKeys":[{"ID":"');
      for (let at = 0; at < 17; at += 1) yield new Uint8Array(1024 * 1024).fill(0x61);
      expect.fail('it reads on');
    })();
    await expect(all(readRecordsRequest(huge))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});
