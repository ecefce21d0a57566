import { expect, test } from 'vitest';
import { S3_PREFIXES } from '../../../shared/oci/s3-address.ts';
import { buildCommands, registryCommands, s3Commands } from './build-commands.ts';

const plain = {
  bucket: 'b',
  names: [],
  region: undefined,
  prefix: '',
  endpoint: undefined,
  pathStyle: false,
  ...S3_PREFIXES,
};

test('a folder is named with its tag, unless that is the one BuildKit looks for', () => {
  expect(buildCommands('/a', 'latest')).toEqual([
    'buildctl build --import-cache type=local,src=/a …',
    'docker buildx build --cache-from type=local,src=/a .',
  ]);
  expect(buildCommands('/a,b', 'main')[1]).toBe(`docker buildx build --cache-from 'type=local,"src=/a,b",tag=main' .`);
});

test('a registry is imported from and exported to', () => {
  expect(registryCommands('host/app:x')).toEqual([
    'buildctl build --import-cache type=registry,ref=host/app:x …',
    'docker buildx build --cache-from type=registry,ref=host/app:x .',
    'buildctl build --export-cache type=registry,ref=host/app:x,mode=max …',
    'docker buildx build --cache-to type=registry,ref=host/app:x,mode=max .',
  ]);
});

test('a bucket is named by what differs from what BuildKit takes without it', () => {
  expect(s3Commands(plain, ['buildkit'])).toEqual([
    'buildctl build --import-cache type=s3,bucket=b …',
    'docker buildx build --cache-from type=s3,bucket=b .',
    'buildctl build --export-cache type=s3,bucket=b,mode=max …',
    'docker buildx build --cache-to type=s3,bucket=b,mode=max .',
  ]);
  const whole = {
    bucket: 'b',
    region: 'r',
    prefix: 'p/',
    endpoint: 'http://e',
    pathStyle: true,
    manifestsPrefix: 'm/',
    blobsPrefix: 'c/',
    names: [],
  };
  const fields = 'endpoint_url=http://e,use_path_style=true,manifests_prefix=m/,blobs_prefix=c/';
  const [from, , to] = s3Commands(whole, ['one', 'two']);
  expect(from).toBe(`buildctl build --import-cache type=s3,bucket=b,region=r,prefix=p/,name=one,${fields} …`);
  expect(to).toBe(
    `buildctl build --export-cache 'type=s3,bucket=b,region=r,prefix=p/,name=one;two,${fields}',mode=max …`,
  );
});
