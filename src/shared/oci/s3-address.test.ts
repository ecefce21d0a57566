import { describe, expect, test } from 'vitest';
import { formatS3Address, parseS3Address } from './s3-address.ts';

const DEFAULTS = { prefix: '', pathStyle: false, names: [], manifestsPrefix: 'manifests/', blobsPrefix: 'blobs/' };

describe('an S3 address', () => {
  test.each([
    ['s3://bucket', { ...DEFAULTS, bucket: 'bucket' }, 's3://bucket'],
    ['s3://bucket/', { ...DEFAULTS, bucket: 'bucket' }, 's3://bucket'],
    ['S3://bucket/a/b', { ...DEFAULTS, bucket: 'bucket', prefix: 'a/b/' }, 's3://bucket/a/b'],
    [
      's3://bucket/a/b/?region=eu-north-1',
      { ...DEFAULTS, bucket: 'bucket', prefix: 'a/b/', region: 'eu-north-1' },
      's3://bucket/a/b?region=eu-north-1',
    ],
    ['s3://bucket?prefix=team-', { ...DEFAULTS, bucket: 'bucket', prefix: 'team-' }, 's3://bucket?prefix=team-'],
    ['s3://bucket/a%20b%3F', { ...DEFAULTS, bucket: 'bucket', prefix: 'a b?/' }, 's3://bucket/a%20b%3F'],
    [
      's3://bucket/p?path-style=true&endpoint=http%3A%2F%2F127.0.0.1%3A9000%2F&name=main;pr-7;main',
      {
        ...DEFAULTS,
        bucket: 'bucket',
        prefix: 'p/',
        endpoint: 'http://127.0.0.1:9000',
        pathStyle: true,
        names: ['main', 'pr-7'],
      },
      's3://bucket/p?endpoint=http://127.0.0.1:9000&name=main;pr-7',
    ],
    [
      's3://bucket?endpoint_url=minio.example&use_path_style=false&manifests_prefix=m-&blobs_prefix=',
      { ...DEFAULTS, bucket: 'bucket', endpoint: 'https://minio.example', manifestsPrefix: 'm-', blobsPrefix: '' },
      's3://bucket?endpoint=https://minio.example&path-style=false&manifests-prefix=m-&blobs-prefix=',
    ],
    [
      's3://bucket?endpoint=https://s3.eu-north-1.amazonaws.com',
      { ...DEFAULTS, bucket: 'bucket', endpoint: 'https://s3.eu-north-1.amazonaws.com' },
      's3://bucket?endpoint=https://s3.eu-north-1.amazonaws.com',
    ],
    [
      's3://bucket?endpoint=localhost:9000',
      { ...DEFAULTS, bucket: 'bucket', endpoint: 'http://localhost:9000', pathStyle: true },
      's3://bucket?endpoint=http://localhost:9000',
    ],
  ])('%s', (text, address, canonical) => {
    expect(parseS3Address(text)).toEqual(address);
    expect(formatS3Address(parseS3Address(text))).toBe(canonical);
    expect(parseS3Address(canonical)).toEqual(address);
  });

  test.each([
    ['s3://', 'bucket'],
    ['s3://a', 'bucket'],
    ['s3:///prefix', 'bucket'],
    ['s3://ada:secret@bucket/x', 'bucket'],
    ['s3://bucket?regoin=x', 'regoin'],
    ['s3://bucket?region=eu north', 'region'],
    ['s3://bucket?region=a&region=b', 'region'],
    ['s3://bucket/p?prefix=q', 'prefix'],
    ['s3://bucket/%E0%A4', 'prefix'],
    ['s3://bucket?endpoint=ftp://x', 'endpoint'],
    ['s3://bucket?endpoint=', 'endpoint'],
    ['s3://bucket?endpoint=https://ada:secret@minio.example', 'endpoint'],
    ['s3://bucket?path-style=maybe', 'path-style'],
    ['s3://bucket?secret_access_key=secret', 'secret_access_key'],
    ['s3://bucket?session-token=secret', 'session-token'],
  ])('%s is refused, and no secret is repeated', (text, subject) => {
    const refused = expect.objectContaining({ code: 'INVALID_INPUT', subject });
    expect(() => parseS3Address(text)).toThrow(refused);
    expect(() => parseS3Address(text)).not.toThrow(/secret(?!_)/);
  });
});
