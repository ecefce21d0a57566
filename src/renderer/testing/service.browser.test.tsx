import { afterEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { openStage, type Stage } from './stage.tsx';

let stage: Stage | undefined;
afterEach(() => stage?.[Symbol.dispose]());

async function startSync(url: string): Promise<void> {
  await page.getByRole('button', { name: 'Sync a source' }).click();
  const dialog = page.getByRole('dialog', { name: 'Sync a source with a service' });
  await userEvent.fill(dialog.getByRole('textbox', { name: 'Address of the service' }), url);
  await userEvent.keyboard('{Enter}');
  await expect.element(dialog).not.toBeInTheDocument();
}

test('without a sync the view says what a service is for; one is started, paced, hurried and stopped', async () => {
  stage = openStage('/service');
  await expect.element(page.getByText('Nothing is kept in step with a service')).toBeVisible();
  await startSync('https://cache.team.example');
  expect(stage.calls('service.start')).toMatchObject([{ url: 'https://cache.team.example' }]);
  await expect
    .element(page.getByRole('heading', { name: /^1 source is kept in step\. It saved 640 MiB/ }))
    .toBeVisible();
  await expect.element(page.getByRole('row', { name: /in step/ })).toBeVisible();
  expect(document.querySelectorAll('main [role=alert]')).toHaveLength(0);

  await userEvent.fill(page.getByRole('textbox', { name: 'Export every' }), '30');
  await userEvent.keyboard('{Enter}');
  await expect.poll(() => stage?.calls('service.setPeriods')).toMatchObject([{ periods: { exportPeriodMs: 30_000 } }]);
  await userEvent.fill(page.getByRole('textbox', { name: 'Import every' }), '0');
  await expect.element(page.getByText('Write a number of seconds above 0.')).toBeVisible();

  await page.getByRole('button', { name: 'Sync now' }).click();
  await expect.poll(() => stage?.calls('service.hurry')).toHaveLength(1);
  await page.getByRole('button', { name: 'Stop sync' }).click();
  await page.getByRole('button', { name: 'Remove from list' }).click();
  await expect.element(page.getByText('Nothing is kept in step with a service')).toBeVisible();
});

test('a service that does not answer is an error with what helps, and is tried again', async () => {
  stage = openStage('/service');
  await startSync('https://down.team.example');
  const errors = page.getByRole('region', { name: 'Errors' });
  await expect.element(errors.getByText(/^Nothing listens at the address of the service\./)).toBeVisible();
  await expect.element(errors.getByText('Check the address, and that the service runs.')).toBeVisible();
  await errors.getByRole('button', { name: 'Retry' }).click();
  await expect.element(errors).not.toBeInTheDocument();
  expect(stage.calls('service.restart')).toHaveLength(1);
});

test('while nothing is known it waits, and from a source the dialog opens for it', async () => {
  stage = openStage('/service?of=store', { held: ['service.watch'] });
  await expect.element(page.getByText('Loading the syncs')).toBeVisible();
  stage.change({});
  await expect.element(page.getByRole('dialog', { name: 'Sync a source with a service' })).toBeVisible();
});
