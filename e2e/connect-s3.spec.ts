import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestBucket } from '../src/main/adapters/s3/testing/test-bucket.ts';
import { hasS3Server, S3_ACCOUNT, startS3Server } from '../src/main/testing/s3-server.ts';
import { expect, expectAccessible, idle, openDialog, shoot, test } from './harness.ts';

test.skip(!hasS3Server(), 'the packages radosgw, ceph-mon and ceph-osd are not installed');

/** A profile that somebody corrects while the program runs. */
const credentials = join(tmpdir(), `cachewright-e2e-credentials-${process.pid}`);
delete process.env.AWS_ACCESS_KEY_ID;
delete process.env.AWS_SECRET_ACCESS_KEY;
process.env.AWS_SHARED_CREDENTIALS_FILE = credentials;
process.env.AWS_EC2_METADATA_DISABLED = 'true';

function writeProfile(secret: string): void {
  const { accessKeyId } = S3_ACCOUNT;
  writeFileSync(credentials, `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secret}\n`);
}

test('an S3 cache is connected with a wrong secret, then with the right one @once @web', async ({
  window: page,
}, info) => {
  test.slow();
  await using server = await startS3Server();
  const bucket = await createTestBucket(server, 'team');
  await bucket.put('shop/manifests/main', '{}');
  writeProfile('not-the-secret-at-all');
  await (await openDialog(page)).getByRole('button', { name: 'Connect S3' }).click();
  const dialog = page.getByRole('dialog', { name: 'Connect an S3 cache' });
  await dialog.getByRole('textbox', { name: 'Bucket' }).fill('team');
  await dialog.getByRole('textbox', { name: 'Prefix' }).fill('shop');
  await dialog.getByRole('textbox', { name: 'Endpoint' }).fill(server.endpoint);
  await dialog.getByText('Test writing too').click();
  await page.keyboard.press('Tab');
  await dialog.getByRole('button', { name: 'Test connection' }).click();
  await expect(dialog.getByText('It cannot be opened', { exact: true })).toBeVisible();
  await expect(dialog.getByRole('alert')).toContainText('The secret key does not belong to the access key.');
  await expect(dialog.getByRole('listitem').filter({ hasText: /Clock agrees ?: yes/ })).toBeVisible();
  await expect(dialog.getByRole('listitem').filter({ hasText: /Credentials accepted ?: no/ })).toBeVisible();
  await expect(dialog.getByText('not-the-secret-at-all')).toHaveCount(0);
  await idle(page);
  await expectAccessible(page);
  await shoot(page, 's3-connect-wrong', info.project.name);

  writeProfile(S3_ACCOUNT.secretAccessKey);
  await dialog.getByRole('button', { name: 'Test again' }).click();
  await expect(dialog.getByText('It can be read and written', { exact: true })).toBeVisible();
  await expect(dialog.getByText('1 cache, 1 object')).toBeVisible();
  expect(await bucket.keys()).toEqual(['shop/manifests/main']);
  await idle(page);
  await expectAccessible(page);
  await shoot(page, 's3-connect-right', info.project.name);

  await dialog.getByRole('button', { name: 'Open cache' }).click();
  await page.waitForURL(/\/sources\/[0-9a-f]{12}\//);
  await expect(page.getByText('S3 bucket', { exact: true }).first()).toBeVisible();
});
