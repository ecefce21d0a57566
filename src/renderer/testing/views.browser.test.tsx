import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import { navigate } from 'wouter/use-browser-location';
import { CacheError } from '../../shared/base/errors.ts';
import { createFakeConnection } from '../client/fake/index.ts';
import { openStage, type Stage } from './stage.tsx';

const DAMAGE = new CacheError('CORRUPT', 'It is cut in half.', { subject: 'index.json', hint: 'Export it again.' });

let stage: Stage | undefined;
let ids: { readonly record: string; readonly layer: string } | undefined;
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
const READS: readonly (readonly [address: string, ...asks: string[]])[] = [
  ['/sources/store/overview', 'overview.treemap'],
  ['/sources/store/overview', 'overview.largest'],
  ['/sources/store/overview', 'overview.ages'],
  ['/sources/store/keys', 'keys.page'],
  ['/sources/store/layers', 'layers.page'],
  ['/sources/store/graph', 'overview.largest'],
  ['/sources/store/prune?max-size=3MB', 'prune.plan'],
  ['/sources/store/prune?max-size=3MB', 'prune.items'],
  ['/sources/store/transfer', 'transfer.preview'],
  ['/sources/store/keys?record=RECORD', 'keys.get'],
  ['/sources/store/layers?layer=LAYER', 'layers.get'],
  ['/sources/store/layers?layer=LAYER&panel=layer-files', 'layers.files'],
  ['/settings', 'settings.layerInfo', 'settings.watch'],
];

test.each(READS)('%s shows that it waits for %s, then how that failed and what helps', async (view, ...asks) => {
  const { change } = open(await named(view), { held: asks });
  await expect.poll(busy).toBeGreaterThan(0);
  expect(alerts()).toBe(0);
  change({ failing: Object.fromEntries(asks.map((ask) => [ask, DAMAGE])) });
  await expect.poll(alerts).toBeGreaterThan(0);
  await expect.element(page.getByText('It is cut in half.').first()).toBeVisible();
  await expect.element(page.getByText('Export it again.').first()).toBeVisible();
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
    window.change({});
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

  test('record: a selector of which the beginning is shown is copied whole, or says why not', async () => {
    const written: string[] = [];
    const clipboard = vi.spyOn(navigator.clipboard, 'writeText').mockImplementation(async (text) => {
      written.push(text);
    });
    onTestFinished(() => clipboard.mockRestore());
    const { change, calls, engine, idle } = open('/sources/store/keys');
    const { rows } = await engine.keys.page({ sourceId: 'store', filter: 'COPY busybox' });
    const id = rows[0]?.id ?? '';
    navigate(`/sources/store/keys?record=${id}`);
    await idle();
    const copy = page.getByLabelText('Inspector').getByRole('button', { name: 'Copy selector' });
    change({ failing: { 'keys.selector': DAMAGE } });
    await copy.click();
    await expect.element(page.getByText(/The selector was not copied/).first()).toBeVisible();
    expect(written).toEqual([]);
    change({});
    await copy.click();
    await expect.poll(() => written).toEqual(['/busybox']);
    expect(calls('keys.selector').at(-1)).toEqual({ sourceId: 'store', id, input: 0, alternative: 1 });
    await expect.element(page.getByLabelText('Inspector').getByRole('button', { name: 'Copied' })).toBeVisible();
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
      .getByRole('button', { name: /^Move [\d,]+ \w+ to trash$/ })
      .click();
    await expect.poll(() => calls('prune.apply').length).toBe(1);
  });

  test('prune: the limit moves alone, and plans when it rests; previews are not kept', async () => {
    const { idle, calls } = open('/sources/store/prune?max-size=3MB');
    await idle();
    const handle = page.getByRole('slider', { name: 'Max used space' }).element() as HTMLInputElement;
    const setValue = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set;
    const seen: string[] = [];
    const full = Number(handle.max);
    for (let step = 1; step <= 20; step += 1) {
      setValue?.call(handle, `${Math.round((full * step) / 40)}`);
      handle.dispatchEvent(new Event('input', { bubbles: true }));
      seen.push(address());
    }
    expect([new Set(seen).size, seen[0]]).toEqual([1, expect.stringContaining('max-size=3MB')]);
    await expect.poll(address).not.toContain('max-size=3MB');
    await idle();
    expect(calls('prune.plan')).toMatchObject([
      { policy: { maxBytes: 3_000_000 }, keep: false },
      { policy: { maxBytes: expect.any(Number) }, keep: false },
    ]);
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
});

describe('jobs', () => {
  test('show that they are waited for, then that there are none, then one that was started', async () => {
    const { change, engine } = open('/jobs', { held: ['jobs.watch'] });
    await expect.poll(busy).toBeGreaterThan(0);
    expect(page.getByText('Nothing has run yet').elements()).toEqual([]);
    change({});
    await expect.element(page.getByText('Nothing has run yet')).toBeVisible();
    await engine.sources.open({ location: '/srv/cache/app-v2.tar' });
    await expect.element(page.getByRole('progressbar', { name: 'Open app-v2.tar' })).toBeVisible();
    expect(page.getByText('Nothing has run yet').elements()).toEqual([]);
  });

  test('say why a log cannot be read', async () => {
    const { engine } = open('/jobs?job=job-1&panel=job-log', { failing: { 'jobs.log': DAMAGE } });
    await engine.sources.open({ location: '/srv/cache/app-v2.tar' });
    await expect.poll(alerts).toBeGreaterThan(0);
    await expect.element(page.getByText('Export it again.').first()).toBeVisible();
  });

  test('say that one was not started again', async () => {
    const { engine } = open('/jobs', { failing: { 'jobs.retry': DAMAGE } });
    const { jobId } = await engine.sources.open({ location: '/srv/cache/app-v2.tar' });
    await engine.jobs.cancel({ jobId });
    await button('Retry Open app-v2.tar').click();
    await expect.element(page.getByText(/^It was not started again/)).toBeVisible();
  });
});

test('a source of the last session is read when someone looks at it', async () => {
  const { calls, idle } = open('/sources/store/keys');
  await idle();
  const item = page
    .getByRole('navigation', { name: 'Sources' })
    .getByRole('link', { name: /^yesterday.*not read yet/ });
  await expect.element(item).toBeVisible();
  expect(calls('sources.get')).toEqual([]);
  await item.click();
  await expect.poll(() => calls('sources.get')).toEqual([{ sourceId: 'listed' }]);
  await expect.element(page.getByText('Everything else can be used meanwhile.')).toBeVisible();
  await expect.element(page.getByRole('gridcell').or(page.getByText('Size by')).first()).toBeVisible();
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
  for (const [at, size] of ['12MB', '30MB'].entries()) {
    await page.getByRole('textbox', { name: 'Max used space' }).fill(size);
    await expect.poll(() => shown.size).toBeGreaterThan(at + 1);
  }
  isOn = false;
  expect([...shown].filter((words) => !words.endsWith('both'))).toEqual([]);
});

/** The address with the ids of something that is in the store. */
async function named(view: string): Promise<string> {
  if (!/RECORD|LAYER/.test(view)) return view;
  ids ??= await someIds();
  return view.replace('RECORD', ids.record).replace('LAYER', ids.layer);
}

async function someIds(): Promise<{ readonly record: string; readonly layer: string }> {
  const { engine, close } = createFakeConnection();
  const [record] = (await engine.keys.page({ sourceId: 'store', sort: { field: 'own', descending: true } })).rows;
  const [layer] = (await engine.layers.page({ sourceId: 'store' })).rows;
  close();
  return { record: record?.id ?? '', layer: layer?.digest ?? '' };
}
