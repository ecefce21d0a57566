import { digestOf, manifestOf } from '../src/main/adapters/s3/testing/collect-bucket.ts';
import { createTestBucket } from '../src/main/adapters/s3/testing/test-bucket.ts';
import { hasS3Server, S3_ACCOUNT, startS3Server } from '../src/main/testing/s3-server.ts';
import { expect, expectAccessible, goTo, idle, openSource, shoot, test } from './harness.ts';

test.skip(!hasS3Server(), 'the packages radosgw, ceph-mon and ceph-osd are not installed');

// The program takes its credentials from where the AWS tools do.
process.env.AWS_ACCESS_KEY_ID = S3_ACCOUNT.accessKeyId;
process.env.AWS_SECRET_ACCESS_KEY = S3_ACCOUNT.secretAccessKey;

test('what no manifest of a bucket needs is planned, deleted after a question, and brought back @web', async ({
  window: page,
}, info) => {
  test.slow();
  await using server = await startS3Server();
  const bucket = await createTestBucket(server, 'builds');
  await bucket.keepVersions();
  const needed = ['base', 'npm ci', 'src'];
  for (const text of needed) await bucket.put(`app/blobs/${digestOf(text)}`, text.repeat(400_000));
  for (let i = 0; i < 12; i += 1) await bucket.put(`app/blobs/${digestOf(`old ${i}`)}`, 'x'.repeat(90_000 * (i + 1)));
  await bucket.put('app/manifests/main', manifestOf('base', 'npm ci'));
  await bucket.put('app/manifests/pr-7', manifestOf('base', 'src', 'lost'));
  await bucket.expireAfter('app/blobs/', 3);

  await openSource(page, bucket.at('app'));
  await goTo(page, 'Prune');
  await page.getByRole('textbox', { name: 'Only blobs older than' }).fill('1s');
  // A server's clock counts whole seconds.
  await expect(async () => {
    await page.getByRole('button', { name: 'Plan a collection' }).click();
    await expect(page.getByText(/^12 blobs, .* go\. 3 blobs that manifests need stay\.$/)).toBeVisible({
      timeout: 2000,
    });
  }).toPass();
  await expect(page.getByText('an import does not touch them, only an export does')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Manifests' }).getByText('pr-7')).toBeVisible();
  await idle(page);
  await expectAccessible(page);
  await shoot(page, 's3-collect-plan', info.project.name);
  expect(await bucket.keys('app/blobs/')).toHaveLength(15);
  await page.getByRole('button', { name: 'Renew what manifests need' }).click();
  // All of them are younger than a day.
  await expect(page.getByRole('region', { name: 'What it does' }).getByText('0 blobs renewed')).toBeVisible();

  await page.getByRole('button', { name: 'Delete 12 blobs' }).click();
  const question = page.getByRole('dialog', { name: 'Delete 12 blobs?' });
  await expect(question.getByText('The bucket keeps versions: this can be undone')).toBeVisible();
  await shoot(page, 's3-collect-question', info.project.name);
  await question.getByRole('button', { name: 'Delete 12 blobs' }).click();
  const bar = page.getByRole('region', { name: 'Apply' });
  await expect(bar.getByText(/^12 blobs, .*, deleted\.$/)).toBeVisible();
  expect(await bucket.keys('app/blobs/')).toHaveLength(3);
  await idle(page);
  await shoot(page, 's3-collect-done', info.project.name);

  await bar.getByRole('button', { name: 'Undo' }).click();
  await expect(bar.getByText('12 blobs brought back.')).toBeVisible();
  expect(await bucket.keys('app/blobs/')).toHaveLength(15);
});
