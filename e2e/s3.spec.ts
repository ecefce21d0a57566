import { createTestBucket } from '../src/main/adapters/s3/testing/test-bucket.ts';
import { hasS3Server, S3_ACCOUNT, startS3Server } from '../src/main/testing/s3-server.ts';
import { expect, expectAccessible, goTo, idle, openDialog, openSource, shoot, test } from './harness.ts';

test.skip(!hasS3Server(), 'the packages radosgw, ceph-mon and ceph-osd are not installed');

// The program takes its credentials from where the AWS tools do.
process.env.AWS_ACCESS_KEY_ID = S3_ACCOUNT.accessKeyId;
process.env.AWS_SECRET_ACCESS_KEY = S3_ACCOUNT.secretAccessKey;

test('a cache is exported to S3, opened there, and what cannot be opened says why @once @web', async ({
  window: page,
  host,
}, info) => {
  test.slow();
  await using server = await startS3Server();
  const bucket = await createTestBucket(server, 'builds');
  await openSource(page, await host.copyFixture('sample', 'site'));
  await goTo(page, 'Transfer');
  const to = page.getByRole('region', { name: 'To', exact: true });
  await to.getByRole('radio', { name: 'S3' }).click();
  await to.getByRole('textbox', { name: 'Bucket and prefix' }).fill(bucket.at('site').replace('s3://', ''));
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: /^Copy 14 blobs/ }).click();
  const bar = page.getByRole('region', { name: 'Transfer', exact: true });
  await expect(bar.getByText(/^14 blobs, .* copied\.$/)).toBeVisible();
  const result = page.getByRole('region', { name: 'Result' });
  await expect(result.getByText('type=s3,bucket=builds').first()).toBeVisible();
  await idle(page);
  await expectAccessible(page);
  await shoot(page, 'transfer-s3', info.project.name);
  expect(await bucket.keys('site/manifests/')).toEqual(['site/manifests/latest']);

  await openSource(page, bucket.at('site'));
  await expect(page.getByText('14 chains added up')).toBeVisible();
  await expect(page.getByText('S3 bucket', { exact: true }).first()).toBeVisible();
  await idle(page);
  await expectAccessible(page);
  await shoot(page, 's3-overview', info.project.name);

  const dialog = await openDialog(page);
  await dialog.getByRole('textbox', { name: 'Path of a cache' }).fill(bucket.at('nothing'));
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('alert')).toContainText('No cache lies under nothing/manifests/ in the bucket');
  await shoot(page, 's3-open-failed', info.project.name);
});
