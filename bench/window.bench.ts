import { ok, strictEqual } from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from '@playwright/test';
import { shapeCache } from '../scripts/generate-cache-shape.ts';
import { writeShapedCache } from '../scripts/generate-cache-write.ts';
import { runBench, sizeOf } from './harness.ts';
import { percentile } from './statistics.ts';
import * as inPage from './window-page.js';

/** The window in Chromium, over the web host, on a cache of so many records: what it draws, and what it takes beside it. */

const RECORDS = sizeOf(200_000, 1_000_000);
const FEW = 1_000;
const ROOT = join(import.meta.dirname, '..');
/** Ticks of a wheel and what one moves: together within the rows that both tables have. */
const TICKS = 200;
const TICK_PX = 112;
const DRAG_STEPS = 60;
const LIMITS = ['2GiB', '3GiB', '4GiB', '5GiB', '6GiB'];

interface Prepared {
  readonly many: string;
  readonly few: string;
  readonly state: string;
}

/** A table that is open in a page of its own: a page behind another one draws no frames. */
interface Table {
  readonly page: Page;
  readonly openMs: number;
}

const beside: Record<string, number[]> = {};
let host: { readonly child: ChildProcess; readonly address: string } | undefined;
let browser: Browser | undefined;
let context: BrowserContext | undefined;
const tables = new Map<string, Table>();

if (!existsSync(join(ROOT, 'dist/renderer/index.html')))
  throw new Error('The window is not built: run "npm run build".');

try {
  await runBench<Prepared, number, number>({
    name: 'window',
    what: `script and layout of ${TICKS} wheel ticks over the Keys table, ${RECORDS.toLocaleString('en')} records`,
    goal: 1 / 1.1,
    rounds: 15,
    isElsewhere: true,
    async prepare(folder) {
      const cache = async (records: number): Promise<string> => {
        const at = join(folder, `${records}`);
        const shape = { records, fanIn: 1.6, alternatives: 2, sharing: 0.5, results: 0.8, depth: 40, seed: 7 };
        await writeShapedCache(shapeCache(shape), { folder: at, ref: 'latest', blobs: 'sparse' });
        return at;
      };
      const many = await cache(RECORDS);
      const few = await cache(FEW);
      say('made the caches');
      return { many, few, state: join(folder, 'state') };
    },
    ours: {
      name: `${RECORDS.toLocaleString('en')} records`,
      setUp: ({ many, state }) => show(many, state),
      run: ({ many }) => wheel(many),
    },
    peer: {
      name: `${FEW.toLocaleString('en')} records`,
      setUp: ({ few, state }) => show(few, state),
      run: ({ few }) => wheel(few),
    },
    async check(ours, peer, { many }) {
      strictEqual(ours, peer);
      await pageOf(many).bringToFront();
      beside['open, nothing kept'] = [tables.get(many)?.openMs ?? Number.NaN];
      const scroll = await cpuOf(pageOf(many), () => wheelFrames(many));
      beside['wheel tick, 95th of 100'] = [scroll.answer];
      beside['its processor time, mean'] = [scroll.cpuMs / TICKS];
      say('scrolled at the pace of frames');
      const { planMs, frameMs, frameCpuMs, shown } = await limit(many);
      // The bars and the inspector show one plan, whatever is on its way.
      ok(shown.compared > 0);
      strictEqual(shown.differing, 0);
      beside['limit drag frame, 95th of 100'] = [frameMs];
      beside['processor time of one, mean'] = [frameCpuMs];
      beside['a plan, from the last move on'] = planMs;
      await toTable(many);
      say('moved the limit');
    },
    beside: () => beside,
  });
} finally {
  await browser?.close();
  host?.child.kill('SIGTERM');
}

/** Opens a cache in a page of its own, once, and scrolls through what is measured, so that its rows are there. */
async function show(cache: string, state: string): Promise<void> {
  if (tables.has(cache)) return pageOf(cache).bringToFront();
  // The run for the memory has a host of its own beside this one.
  host ??= await startHost(`${state}-${process.pid}`);
  say('started the web host');
  browser ??= await chromium.launch({
    executablePath: process.env.CACHEWRIGHT_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  context ??= await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  // The address signs one browser in, once.
  await page.goto(tables.size === 0 ? host.address : new URL('/', host.address).href);
  await idle(page);
  const start = performance.now();
  await page.keyboard.press('Control+o');
  await page.getByRole('dialog').getByRole('textbox', { name: 'Path of a cache' }).fill(cache);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/sources\/[0-9a-f]{12}\//);
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Keys', exact: true }).click();
  await page
    .getByRole('gridcell')
    .first()
    .waitFor({ timeout: 10 * 60_000 });
  await idle(page);
  tables.set(cache, { page, openMs: performance.now() - start });
  say(`opened ${cache}`);
  await toTable(cache);
}

/** Shows the Keys table from its first row, with all rows loaded that are scrolled over. */
async function toTable(cache: string): Promise<void> {
  const page = pageOf(cache);
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Keys', exact: true }).click();
  await idle(page);
  for (let at = 0; at <= TICKS; at += 25) {
    await page.getByRole('grid').evaluate((grid, top) => grid.scrollTo({ top }), at * TICK_PX);
    await idle(page);
  }
}

/** Scrolls through the rows that are loaded. Returns how many are drawn at the end. */
function wheel(cache: string): Promise<number> {
  return pageOf(cache).getByRole('grid').evaluate(inPage.wheel, { ticks: TICKS, px: TICK_PX });
}

/** The same at the pace of frames, on to rows that are not loaded: a tick in ms, the 95th of 100. */
async function wheelFrames(cache: string): Promise<number> {
  const grid = pageOf(cache).getByRole('grid');
  return percentile(await grid.evaluate(inPage.wheelFrames, { ticks: TICKS, px: TICK_PX }), 95);
}

/** Plans, then drags the limit: the time between two frames meanwhile, the 95th of 100, and that of plans. */
async function limit(cache: string) {
  const page = pageOf(cache);
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Prune', exact: true }).click();
  const field = page.getByRole('textbox', { name: 'Max used space' });
  const planMs: number[] = [];
  for (const size of LIMITS) {
    const start = performance.now();
    await field.fill(size);
    await page.getByText(new RegExp(`^p-${size.toLowerCase()}`)).waitFor({ timeout: 120_000 });
    planMs.push(performance.now() - start);
    say(`planned for ${size}`);
  }
  await idle(page);
  const { answer: ms, cpuMs } = await cpuOf(page, () => drag(page, inPage.frames));
  const shown = await drag(page, inPage.differingPlans);
  return { planMs, frameMs: percentile(ms, 95), frameCpuMs: cpuMs / DRAG_STEPS, shown };
}

/** Drags the limit from left to right; what `watch` answers of the frames meanwhile. */
async function drag<T>(page: Page, watch: (frames: number) => Promise<T>): Promise<T> {
  const view = page.getByRole('region', { name: 'What it does' });
  const track = await view.locator('[class*=rail]').boundingBox();
  const thumb = await view.locator('[class*=thumb]').boundingBox();
  if (!thumb || !track) throw new Error('the view has no handle');
  const y = thumb.y + thumb.height / 2;
  await page.mouse.move(thumb.x + thumb.width / 2, y);
  await page.mouse.down();
  const watched = page.evaluate(watch, DRAG_STEPS);
  for (let step = 1; step <= DRAG_STEPS; step += 1) {
    await page.mouse.move(track.x + track.width * (0.2 + (0.6 * step) / DRAG_STEPS), y);
  }
  await page.mouse.up();
  const answer = await watched;
  await idle(page);
  return answer;
}

/** Does the work, and tells what processor time the page's main thread took for it: other programs do not add to that. */
async function cpuOf<T>(page: Page, work: () => Promise<T>): Promise<{ readonly answer: T; readonly cpuMs: number }> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const taken = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1000;
  };
  const before = await taken();
  const answer = await work();
  const cpuMs = (await taken()) - before;
  await session.detach();
  return { answer, cpuMs };
}

function pageOf(cache: string): Page {
  const table = tables.get(cache);
  if (!table) throw new Error(`${cache} is not open`);
  return table.page;
}

/** Tells how far it is: there are minutes without a figure. */
function say(phase: string): void {
  console.error(`  ${(performance.now() / 1000).toFixed(0).padStart(4)} s  ${phase}`);
}

function idle(page: Page): Promise<void> {
  return page.evaluate(inPage.whenIdle);
}

async function startHost(state: string): Promise<{ readonly child: ChildProcess; readonly address: string }> {
  const child = spawn(process.execPath, ['bin/cachewright.js', 'serve', '--ui'], {
    cwd: ROOT,
    env: {
      ...process.env,
      CACHEWRIGHT_STATE_DIR: state,
      CACHEWRIGHT_CACHE_DIR: state,
      DISPLAY: '',
      WAYLAND_DISPLAY: '',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const address = await new Promise<string>((resolve, reject) => {
    let seen = '';
    child.stdout.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
      const found = /http:\/\/\S+(?=\s)/.exec(seen);
      if (found) resolve(found[0]);
    });
    child.once('exit', (code) => reject(new Error(`the web host ended with ${code}`)));
  });
  return { child, address };
}
