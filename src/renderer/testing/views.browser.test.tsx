import { afterEach, describe, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { CacheError } from '../../shared/base/errors.ts';
import { createFakeConnection } from '../client/fake/index.ts';
import { openStage, type Stage } from './stage.tsx';

const DAMAGE = new CacheError('CORRUPT', 'It is cut in half.', { subject: 'index.json', hint: 'Export it again.' });

let stage: Stage | undefined;
afterEach(() => stage?.[Symbol.dispose]());
const open = (...args: Parameters<typeof openStage>): Stage => {
  stage = openStage(...args);
  return stage;
};
const busy = () => document.querySelectorAll('main [aria-busy=true], [aria-label=Inspector] [aria-busy=true]').length;
const alerts = () => document.querySelectorAll('main [role=alert], [aria-label=Inspector] [role=alert]').length;
const address = () => `${location.pathname}${location.search}`;
const button = (name: string | RegExp) => page.getByRole('button', { name });

/** Views by what they ask for. `store` holds records, `empty` none. */
const READS: readonly (readonly [view: string, asks: string])[] = [
  ['overview', 'overview.treemap'],
  ['overview', 'overview.largest'],
  ['overview', 'overview.ages'],
  ['keys', 'keys.page'],
  ['layers', 'layers.page'],
  ['graph', 'overview.largest'],
  ['prune?max-size=3MB', 'prune.plan'],
  ['prune?max-size=3MB', 'prune.items'],
  ['transfer', 'transfer.preview'],
  ['keys?record=RECORD', 'keys.get'],
  ['layers?layer=LAYER', 'layers.get'],
  ['layers?layer=LAYER&panel=layer-files', 'layers.files'],
];

describe.each(READS)('%s, while %s', (view, asks) => {
  test('is not answered, shows that it waits', async () => {
    open(`/sources/store/${await named(view)}`, { held: [asks] });
    await expect.poll(busy).toBeGreaterThan(0);
    expect(alerts()).toBe(0);
  });

  test('fails, shows the error and what helps', async () => {
    open(`/sources/store/${await named(view)}`, { failing: { [asks]: DAMAGE } });
    await expect.poll(alerts).toBeGreaterThan(0);
    await expect.element(page.getByText('It is cut in half.').first()).toBeVisible();
    await expect.element(page.getByText('Export it again.').first()).toBeVisible();
  });
});

test.each([
  ['overview', /This store is empty/],
  ['keys', /This store is empty/],
  ['layers', /This store is empty/],
  ['graph', /This store is empty/],
  ['prune', /There is nothing to prune/],
  ['transfer', /This store is empty/],
])('%s of a store without records says so', async (view, words) => {
  open(`/sources/empty/${view}`);
  await expect.element(page.getByText(words).first()).toBeVisible();
});

test('a source that cannot be read says why in every view, and is tried again', async () => {
  const { calls } = open('/sources/failed/keys');
  await expect.element(page.getByText('This folder is not an OCI layout: it has no index.json.').first()).toBeVisible();
  await button('Try again').click();
  await expect.poll(() => calls('sources.reload')).toMatchObject([{ sourceId: 'failed', force: true }]);
});

test('a source that is not in the list says so, and another one can be opened', async () => {
  open('/sources/nowhere/keys');
  await expect.element(page.getByText('This source is not open')).toBeVisible();
  await page.getByRole('main').getByRole('button', { name: 'Open a cache' }).click();
  await expect.element(page.getByRole('dialog', { name: 'Open a build cache' })).toBeVisible();
});

describe('one action of each view', () => {
  test('keys: a failed table is read again', async () => {
    const window = open('/sources/store/keys', { failing: { 'keys.page': DAMAGE } });
    await expect.element(button('Try again')).toBeVisible();
    window.heal();
    await button('Try again').click();
    await expect.element(page.getByRole('gridcell').first()).toBeVisible();
    expect(alerts()).toBe(0);
  });

  test('keys: a header sorts, a row is inspected', async () => {
    const { idle } = open('/sources/store/keys');
    await idle();
    await page.getByRole('columnheader', { name: 'Digest' }).click();
    await expect.poll(address).toContain('sort=digest');
    await idle();
    await page.getByRole('row').nth(2).click();
    await expect.poll(address).toContain('record=');
    await expect.element(page.getByRole('tab', { name: 'Record' })).toBeVisible();
  });

  test('layers: a filter leaves out rows, and is cleared', async () => {
    const { idle } = open('/sources/store/layers?filter=size:>100GiB');
    await expect.element(page.getByText('Nothing matches')).toBeVisible();
    await page.getByRole('main').getByRole('button', { name: 'Clear the filter' }).last().click();
    await idle();
    await expect.element(page.getByRole('gridcell').first()).toBeVisible();
    expect(address()).toBe('/sources/store/layers');
  });

  test('overview: the areas are grouped by kind', async () => {
    const { idle, calls } = open('/sources/store/overview');
    await idle();
    await page.getByText('Kind', { exact: true }).first().click();
    await expect.element(page.getByText('Size by kind')).toBeVisible();
    expect(calls('overview.treemap').at(-1)).toMatchObject({ group: 'kind' });
  });

  test('graph: a starting point is opened', async () => {
    const { idle } = open('/sources/store/graph');
    await idle();
    await page.getByRole('main').getByRole('link').last().click();
    await expect.poll(address).toContain('graph?from=');
  });

  test('prune: a plan is applied', async () => {
    const { idle, calls } = open('/sources/store/prune?max-size=3MB');
    await idle();
    await page
      .getByRole('main')
      .getByRole('button', { name: /^Move \d+ to trash/ })
      .click();
    await expect.poll(() => calls('prune.apply').length).toBe(1);
  });

  test('transfer: the copy is started', async () => {
    const { idle, calls } = open('/sources/sample/transfer');
    await idle();
    await page
      .getByRole('main')
      .getByRole('button', { name: /^Copy \d+ blobs/ })
      .click();
    await expect.poll(() => calls('transfer.import').length).toBe(1);
  });

  test('settings: another theme is chosen', async () => {
    const { idle } = open('/settings');
    await idle();
    await page.getByText('Light', { exact: true }).click();
    await expect.poll(() => document.documentElement.dataset.theme).toBe('light');
  });

  test('jobs: there are none at first, then one that was started', async () => {
    const { idle } = open('/jobs');
    await idle();
    await expect.element(page.getByText(/No jobs/).first()).toBeVisible();
  });
});

test('the bars and the inspector of a prune never show two plans', async () => {
  const { idle } = open('/sources/store/prune?max-size=3MB');
  await idle();
  const shown = new Set<string>();
  const look = (): void => {
    const bars = document.querySelector('[aria-label="What it does"]')?.textContent ?? '';
    const inspector = document.querySelector('aside[aria-label=Inspector]')?.textContent ?? '';
    const freed = /−([\d.]+ [KMG]?i?B)/.exec(bars)?.[1];
    const goes = /records?, ([\d.]+ [KMG]?i?B)/.exec(inspector)?.[1];
    shown.add(`${freed} ${freed === goes ? 'both' : `but ${goes}`}`);
  };
  let isOn = true;
  const frames = (): void => {
    look();
    if (isOn) requestAnimationFrame(frames);
  };
  requestAnimationFrame(frames);
  for (const size of ['12MB', '20MB', '30MB']) {
    await page.getByRole('textbox', { name: 'Max used space' }).fill(size);
    await idle();
  }
  isOn = false;
  expect([...shown].filter((words) => !words.endsWith('both'))).toEqual([]);
  expect(shown.size).toBeGreaterThan(2);
});

/** The address with the ids of something that is in the store. */
async function named(view: string): Promise<string> {
  if (!/RECORD|LAYER/.test(view)) return view;
  const { engine, close } = createFakeConnection();
  const [record] = (await engine.keys.page({ sourceId: 'store', sort: { field: 'own', descending: true } })).rows;
  const [layer] = (await engine.layers.page({ sourceId: 'store' })).rows;
  close();
  return view.replace('RECORD', record?.id ?? '').replace('LAYER', layer?.digest ?? '');
}
