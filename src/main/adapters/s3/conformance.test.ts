import { afterAll, beforeAll, describe } from 'vitest';
import { parseS3Address } from '../../../shared/oci/s3-address.ts';
import { describeCacheTarget } from '../../engine/ports/cache-target.suite.ts';
import { hasS3Server, type S3Server, startS3Server } from '../../testing/s3-server.ts';
import { createS3Source } from './source.ts';
import { createS3Target } from './target.ts';
import { createTestBucket, type TestBucket } from './testing/test-bucket.ts';

describe.runIf(hasS3Server())('with an S3 server', () => {
  let server: S3Server;
  let bucket: TestBucket;
  let places = 0;
  beforeAll(async () => {
    server = await startS3Server();
    bucket = await createTestBucket(server, 'conformance');
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  const create = async () => {
    places += 1;
    const address = parseS3Address(bucket.at(`place-${places}`));
    return {
      open: async () => createS3Target(address, { connect: bucket.connect }),
      source: async (target: { locationOf(ref: string): string }, ref: string) =>
        createS3Source(parseS3Address(target.locationOf(ref)), bucket.connect),
      [Symbol.asyncDispose]: async () => {},
    };
  };
  describeCacheTarget('a prefix of a bucket', create, { form: 's3' });
});
