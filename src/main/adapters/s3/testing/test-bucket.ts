import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import { parseS3Address } from '../../../../shared/oci/s3-address.ts';
import type { S3Server } from '../../../testing/s3-server.ts';
import { createS3Connectors, type S3Connector, type S3Limits } from '../client.ts';

/** Limits of tests that wait for silence. */
export const SHORT_LIMITS: S3Limits = { headMs: 300, idleMs: 300, attempts: 2 };

/** One bucket of a test's server, as whoever prepares or damages it sees it. */
export interface TestBucket {
  readonly name: string;
  readonly client: S3Client;
  readonly connect: S3Connector;
  /** The address of a cache below a prefix; `more` is what stands behind in its query. */
  at(prefix: string, more?: string): string;
  put(key: string, bytes: Uint8Array | string): Promise<void>;
  /** Undefined where nothing is. */
  get(key: string): Promise<Buffer | undefined>;
  /** What is kept beside the bytes. */
  metadata(key: string): Promise<Record<string, string>>;
  delete(key: string): Promise<void>;
  keys(prefix?: string): Promise<string[]>;
  /** Uploads in parts that nobody has completed or given up. */
  pendingUploads(): Promise<number>;
  /** Keeps each version of what is written or deleted from now on. */
  keepVersions(): Promise<void>;
  /** A rule that deletes what lies below a prefix after some days, instead of all other rules. */
  expireAfter(prefix: string, days: number): Promise<void>;
  /** Denies everybody to delete what lies below a prefix, until the answer is called. */
  denyDelete(prefix: string): Promise<() => Promise<void>>;
  /** Puts the files of a folder there, each under its path. */
  putFolder(folder: string, prefix: string): Promise<void>;
}

/** Makes a bucket of its own for a test. */
export async function createTestBucket(server: S3Server, name: string): Promise<TestBucket> {
  const connect = createS3Connectors({ environment: server.environment }).connect;
  const at = (prefix: string, more = ''): string =>
    `s3://${name}${prefix === '' ? '' : `/${prefix}`}?endpoint=${server.endpoint}&region=us-east-1${more}`;
  const { sdk, client } = await connect(parseS3Address(at('')));
  await client.send(new sdk.CreateBucketCommand({ Bucket: name }));

  const put = async (key: string, bytes: Uint8Array | string): Promise<void> => {
    await client.send(new sdk.PutObjectCommand({ Bucket: name, Key: key, Body: new Uint8Array(Buffer.from(bytes)) }));
  };
  return {
    name,
    client,
    connect,
    at,
    put,
    async get(key) {
      try {
        const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket: name, Key: key }));
        return Buffer.from((await Body?.transformToByteArray()) ?? []);
      } catch (error) {
        if (error instanceof sdk.NoSuchKey) return undefined;
        throw error;
      }
    },
    async metadata(key) {
      const { Metadata = {} } = await client.send(new sdk.HeadObjectCommand({ Bucket: name, Key: key }));
      return Metadata;
    },
    delete: async (key) => {
      await client.send(new sdk.DeleteObjectCommand({ Bucket: name, Key: key }));
    },
    async keys(prefix = '') {
      const { Contents = [] } = await client.send(new sdk.ListObjectsV2Command({ Bucket: name, Prefix: prefix }));
      return Contents.map(({ Key = '' }) => Key);
    },
    async pendingUploads() {
      const { Uploads = [] } = await client.send(new sdk.ListMultipartUploadsCommand({ Bucket: name }));
      return Uploads.length;
    },
    async keepVersions() {
      const VersioningConfiguration = { Status: 'Enabled' } as const;
      await client.send(new sdk.PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }));
    },
    async expireAfter(prefix, days) {
      const rule = { ID: 'old', Status: 'Enabled', Filter: { Prefix: prefix }, Expiration: { Days: days } } as const;
      const LifecycleConfiguration = { Rules: [rule] };
      await client.send(new sdk.PutBucketLifecycleConfigurationCommand({ Bucket: name, LifecycleConfiguration }));
    },
    async denyDelete(prefix) {
      const Resource = [`arn:aws:s3:::${name}/${prefix}*`];
      const Statement = [{ Effect: 'Deny', Principal: '*', Action: ['s3:DeleteObject'], Resource }];
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
      await client.send(new sdk.PutBucketPolicyCommand({ Bucket: name, Policy }));
      return async () => {
        await client.send(new sdk.DeleteBucketPolicyCommand({ Bucket: name }));
      };
    },
    async putFolder(folder, prefix) {
      const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      for (const { parentPath, name: file } of files) {
        const path = join(parentPath, file);
        await put(`${prefix}${path.slice(folder.length + 1)}`, readFileSync(path));
      }
    },
  };
}
