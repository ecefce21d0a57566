import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { S3Check } from '../../../shared/model/s3-check.ts';
import { systemClock } from '../../engine/ports/clock.ts';
import { checkS3 } from '../../engine/sources/check-s3.ts';
import { hasS3Server, type S3Server, startS3Server } from '../../testing/s3-server.ts';
import { createS3Connectors } from './client.ts';
import { createS3Prober } from './probe.ts';
import { createTestBucket, SHORT_LIMITS, type TestBucket } from './testing/test-bucket.ts';

type Environment = Readonly<Record<string, string>>;

/** How a test of a connection ends. */
async function endOf(location: string, environment: Environment, options = {}, clock = systemClock): Promise<S3Check> {
  const { connect, renew } = createS3Connectors({ environment, ...options });
  let last: S3Check | undefined;
  for await (const now of checkS3(createS3Prober(connect, renew)(location), { clock, mayWrite: true })) last = now;
  if (!last) expect.fail('nothing was told');
  return last;
}

const failedStep = ({ steps }: S3Check) => steps.find(({ state }) => state === 'failed');

describe.runIf(hasS3Server())('testing a connection to S3', () => {
  let server: S3Server;
  let bucket: TestBucket;
  beforeAll(async () => {
    server = await startS3Server();
    bucket = await createTestBucket(server, 'probed');
    await bucket.put('shop/manifests/main', '{}');
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  it('goes through all steps, and leaves nothing behind', async () => {
    const before = await bucket.keys();
    const check = await endOf(bucket.at('shop'), server.environment);
    expect(check).toMatchObject({ isOver: true, access: 'write', caches: 1, location: bucket.at('shop') });
    expect(check.steps.map(({ state }) => state)).toEqual(Array(8).fill('done'));
    expect(check.steps.find(({ step }) => step === 'credentials')?.found).toBe('key id ends in y-id');
    expect(await bucket.keys()).toEqual(before);
  });

  it('writes nothing unless that is allowed', async () => {
    const { connect, renew } = createS3Connectors({ environment: server.environment });
    const states: S3Check[] = [];
    const probe = createS3Prober(connect, renew)(bucket.at('shop'));
    for await (const now of checkS3(probe, { clock: systemClock, mayWrite: false })) states.push(now);
    expect(states.at(-1)?.access).toBe('read-untested-write');
    expect(
      states
        .at(-1)
        ?.steps.slice(6)
        .map(({ state }) => state),
    ).toEqual(['waiting', 'waiting']);
  });

  it('takes its own object away where somebody leaves in the middle', async () => {
    const { connect, renew } = createS3Connectors({ environment: server.environment });
    const probe = createS3Prober(connect, renew)(bucket.at('shop'));
    for await (const { steps } of checkS3(probe, { clock: systemClock, mayWrite: true })) {
      if (steps[6]?.state === 'done') break;
    }
    expect((await bucket.keys()).filter((key) => key.includes('probe'))).toEqual([]);
  });

  it.each([
    ['credentials', 'ACCESS_DENIED', { AWS_SECRET_ACCESS_KEY: 'wrong-wrong-wrong' }, 'probed'],
    ['credentials', 'ACCESS_DENIED', { AWS_ACCESS_KEY_ID: 'nobody-key-id' }, 'probed'],
    ['bucket', 'NOT_FOUND', {}, 'not-there'],
  ] as const)('stops at %s with %s', async (step, code, wrong, name) => {
    const location = bucket.at('shop').replace('probed', name);
    const check = await endOf(location, { ...server.environment, ...wrong });
    expect(check).toMatchObject({ isOver: true, access: 'none' });
    expect(failedStep(check)).toMatchObject({ step, error: { code } });
    expect(failedStep(check)?.error?.hint).toBeTruthy();
    expect(JSON.stringify(check)).not.toContain('wrong-wrong-wrong');
  });

  it('tells clocks that are too far apart', async () => {
    const slow = { ...systemClock, now: () => Date.now() - 3_600_000 };
    const check = await endOf(bucket.at('shop'), server.environment, {}, slow);
    expect(failedStep(check)).toMatchObject({ step: 'clock', error: { code: 'ACCESS_DENIED' } });
    expect(failedStep(check)?.error?.message).toContain('60 min apart');
  });

  it('tells an endpoint where nothing listens, and one that speaks no S3', async () => {
    const page = createServer((_, response) => response.end('<html>hello</html>'));
    await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
    const { port } = page.address() as AddressInfo;
    const web = await endOf(`s3://probed?endpoint=http://127.0.0.1:${port}`, server.environment);
    expect(failedStep(web)).toMatchObject({ step: 'endpoint', error: { code: 'UNSUPPORTED_FORMAT' } });
    await new Promise((resolve) => page.close(resolve));
    const nobody = await endOf(`s3://probed?endpoint=http://127.0.0.1:${port}`, server.environment);
    expect(failedStep(nobody)).toMatchObject({ step: 'endpoint', error: { code: 'UNAVAILABLE' } });
  });

  it('does not wait for ever for one that hangs', async () => {
    server.pause();
    try {
      const check = await endOf(bucket.at('shop'), server.environment, { limits: SHORT_LIMITS });
      expect(failedStep(check)).toMatchObject({ step: 'endpoint', error: { code: 'UNAVAILABLE' } });
    } finally {
      server.resume();
    }
  });
});
