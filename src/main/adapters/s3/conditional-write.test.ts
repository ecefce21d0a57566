import type { RequestListener } from 'node:http';
import { expect, test } from 'vitest';
import { parseS3Address } from '../../../shared/oci/s3-address.ts';
import { createS3Connector } from './client.ts';
import { writeIfSame } from './conditional-write.ts';
import { s3Fault, startOddServer } from './testing/odd-server.ts';
import { SHORT_LIMITS } from './testing/test-bucket.ts';

const environment = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' };
const PROBE = 'm.cachewright-condition';

async function write(answer: RequestListener, over: string | undefined = '"e1"') {
  await using server = await startOddServer(answer);
  const address = parseS3Address(`s3://bucket/x?endpoint=${server.endpoint}&region=us-east-1&path-style=true`);
  const connection = await createS3Connector({ environment, limits: SHORT_LIMITS })(address);
  const order = { bucket: 'bucket', key: 'm', bytes: Buffer.from('{}'), over, subject: 'here' };
  const outcome = await writeIfSame(connection, order).catch((error: unknown) => error);
  return { outcome, requests: server.requests.map((line) => line.replace(/\?.*$/, '')) };
}

const fault = (status: number, code: string) => s3Fault(status, code);

test('a server that takes no notice of conditions is found out with a key of its own, which goes again', async () => {
  const { outcome, requests } = await write((_, response) => response.end());
  expect(outcome).toMatchObject({ code: 'INVALID_INPUT', subject: 'here' });
  expect(requests).toEqual([`PUT /bucket/${PROBE}`, `DELETE /bucket/${PROBE}`]);
});

test('so is one that says it knows none', async () => {
  const { outcome, requests } = await write(fault(501, 'NotImplemented'));
  expect(outcome).toMatchObject({ code: 'INVALID_INPUT', subject: 'here' });
  expect(requests).toEqual([`PUT /bucket/${PROBE}`]);
});

test.each([
  ['412', fault(412, 'PreconditionFailed')],
  ['409', fault(409, 'ConditionalRequestConflict')],
] as const)('%s says that something else stands there', async (_, refusal) => {
  const { outcome, requests } = await write((request, response) => {
    if (request.url?.includes(PROBE)) return fault(412, 'PreconditionFailed')(request, response);
    if (request.method === 'HEAD') return response.writeHead(200, { etag: '"e2"' }).end();
    return refusal(request, response);
  });
  expect(outcome).toBe(false);
  expect(requests).toEqual([`PUT /bucket/${PROBE}`, 'PUT /bucket/m', 'HEAD /bucket/m']);
});

test('an ETag is sent without its quotes where the server wants that, and then at once', async () => {
  const conditions: (string | undefined)[] = [];
  await using server = await startOddServer((request, response) => {
    if (request.method === 'HEAD') return response.writeHead(200, { etag: '"e1"' }).end();
    if (request.url?.includes(PROBE)) return fault(412, 'PreconditionFailed')(request, response);
    const condition = request.headers['if-match'];
    conditions.push(condition);
    return condition === 'e1' ? response.end() : fault(412, 'PreconditionFailed')(request, response);
  });
  const address = parseS3Address(`s3://bucket/x?endpoint=${server.endpoint}&region=us-east-1&path-style=true`);
  const connection = await createS3Connector({ environment, limits: SHORT_LIMITS })(address);
  const order = { bucket: 'bucket', key: 'm', bytes: Buffer.from('{}'), over: '"e1"', subject: 'here' };
  expect(await writeIfSame(connection, order)).toBe(true);
  expect(await writeIfSame(connection, order)).toBe(true);
  expect(conditions).toEqual(['"e1"', 'e1', 'e1']);
});

test('an account that may not write is told so', async () => {
  const { outcome } = await write(fault(403, 'AccessDenied'));
  expect(outcome).toMatchObject({ code: 'ACCESS_DENIED', subject: 'here' });
});
