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

const card = () => page.getByRole('region', { name: 'Service on this machine' });

test('a service of this machine is started with what is wished, synced with, and stopped', async () => {
  stage = openStage('/service');
  await expect.element(card().getByText('stopped')).toBeVisible();
  await userEvent.fill(card().getByRole('textbox', { name: 'Port' }), '99999');
  await expect.element(card().getByText('A number from 1 to 65535.')).toBeVisible();
  await expect.element(card().getByRole('button', { name: 'Start service' })).toBeDisabled();
  await userEvent.fill(card().getByRole('textbox', { name: 'Port' }), '8123');
  await userEvent.fill(card().getByRole('textbox', { name: 'Layers in' }), '/srv/layers');
  await userEvent.fill(card().getByRole('textbox', { name: 'Publish to' }), 'down://there');
  await userEvent.keyboard('{Enter}');
  await expect.element(card().getByText('running')).toBeVisible();
  expect(stage.calls('localService.start')).toEqual([{ port: 8123, store: '/srv/layers', publish: ['down://there'] }]);
  await expect.element(card().getByText('http://127.0.0.1:8123', { exact: true })).toBeVisible();
  await expect.element(card().getByRole('button', { name: 'Copy the address' })).toBeVisible();
  await expect
    .element(card().getByRole('list', { name: 'Published' }).getByText('Nothing answers there.'))
    .toBeVisible();

  await card().getByRole('button', { name: 'Keep in step with it' }).click();
  const dialog = page.getByRole('dialog', { name: 'Sync a source with a service' });
  await expect
    .element(dialog.getByRole('textbox', { name: 'Address of the service' }))
    .toHaveValue('http://127.0.0.1:8123');
  await dialog.getByRole('button', { name: 'Start sync' }).click();
  await expect.element(dialog).not.toBeInTheDocument();
  expect(stage.calls('service.start')).toMatchObject([{ url: 'http://127.0.0.1:8123' }]);

  await card().getByRole('button', { name: 'Stop service' }).click();
  await expect.element(card().getByText('stopped')).toBeVisible();
  expect(document.activeElement).toBe(card().element());
});

test('a service of this machine that does not start says why, and starts on another port', async () => {
  stage = openStage('/service');
  await userEvent.fill(card().getByRole('textbox', { name: 'Port' }), '1');
  await card().getByRole('button', { name: 'Start service' }).click();
  await expect.element(card().getByText('failed')).toBeVisible();
  await expect.element(card().getByRole('alert').getByText('The port is taken.')).toBeVisible();
  await userEvent.fill(card().getByRole('textbox', { name: 'Port' }), '');
  await card().getByRole('button', { name: 'Start service' }).click();
  await expect.element(card().getByText('running')).toBeVisible();
  expect(card().getByRole('alert').elements()).toHaveLength(0);
});

test('until the engine has said how its service is, the card waits', async () => {
  stage = openStage('/service', { held: ['localService.watch'] });
  await expect.element(page.getByText('Loading the service of this machine')).toBeVisible();
  stage.change({});
  await expect.element(card().getByText('stopped')).toBeVisible();
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
