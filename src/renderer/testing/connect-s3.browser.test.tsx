import { afterEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { showDialog } from '../base/window-state.ts';
import { openStage, type Stage } from './stage.tsx';

let stage: Stage | undefined;
afterEach(() => stage?.[Symbol.dispose]());

async function fillIn(bucket: string) {
  stage = openStage('/sources/store/overview');
  await stage.idle();
  showDialog('connect-s3');
  const dialog = page.getByRole('dialog', { name: 'Connect an S3 cache' });
  await userEvent.fill(dialog.getByRole('textbox', { name: 'Bucket' }), bucket);
  return dialog;
}

test('a connection is tested with Enter, step by step, and writing only where that is ticked', async () => {
  const dialog = await fillIn('build-cache');
  await userEvent.keyboard('{Enter}');
  await expect.element(dialog.getByText('It can be read', { exact: true })).toBeVisible();
  expect(stage?.calls('sources.checkS3')).toEqual([{ location: 's3://build-cache', mayWrite: false }]);
  await expect.element(dialog.getByRole('button', { name: 'Open cache' })).toBeEnabled();
  await dialog.getByText(/^Test writing too/).click();
  await expect.element(dialog.getByText('Not tested yet', { exact: true })).toBeVisible();
  await dialog.getByRole('button', { name: 'Test connection' }).click();
  await expect.element(dialog.getByText('It can be read and written', { exact: true })).toBeVisible();
});

test('a step that fails says what helps, and nothing can be opened', async () => {
  const dialog = await fillIn('denied');
  await userEvent.keyboard('{Enter}');
  await expect.element(dialog.getByText('It cannot be opened', { exact: true })).toBeVisible();
  await expect.element(dialog.getByText('The secret key does not belong to the access key.')).toBeVisible();
  await expect.element(dialog.getByText(/^Check AWS_ACCESS_KEY_ID/)).toBeVisible();
  expect(dialog.getByRole('button', { name: /^Open/ }).elements()).toHaveLength(0);
});

test('what is no address is told in the dialog', async () => {
  const dialog = await fillIn('no');
  await userEvent.fill(dialog.getByRole('textbox', { name: 'Endpoint' }), 'https://me:secret@host');
  await userEvent.keyboard('{Enter}');
  await expect.element(dialog.getByText('It cannot be tested', { exact: true })).toBeVisible();
});
