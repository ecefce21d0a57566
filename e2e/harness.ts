import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { test as base, expect, type Locator, type Page } from '@playwright/test';
import { environmentOf, firstWindow, launchDesktop } from './desktop-program.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A folder of one test, where the program keeps its state and the test its caches. */
export interface Workplace {
  readonly folder: string;
  /** Copies a fixture into the folder, so that it may be changed. */
  copyFixture(name: string, as: string): Promise<string>;
}

interface WebHost {
  readonly child: ChildProcess;
  /** The one-time address that signs a browser in. */
  readonly address: Promise<string>;
}

/** Starts a web host. */
function startHost(folder: string): WebHost {
  const child = spawn(process.execPath, ['bin/cachewright.js', 'serve', '--ui'], {
    cwd: root,
    // No test opens the machine's own browser.
    env: { ...environmentOf(folder), DISPLAY: '', WAYLAND_DISPLAY: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const address = new Promise<string>((resolve, reject) => {
    let seen = '';
    const look = (chunk: Buffer) => {
      seen += chunk.toString();
      const found = /http:\/\/\S+/.exec(seen);
      if (found && seen.includes('\n', found.index)) resolve(found[0]);
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.once('exit', (code) => reject(new Error(`the web host ended with ${code}: ${seen}`)));
  });
  // Whoever waits for it is told; a test that ended first is not.
  address.catch(() => {});
  return { child, address };
}

export const test = base.extend<{ host: Workplace; web: WebHost | undefined; window: Page }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture's dependencies from this pattern
  host: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'cachewright-e2e-'));
    await use({
      folder,
      copyFixture: async (name, as) => {
        const to = join(folder, as);
        await cp(join(root, 'fixtures', name), to, { recursive: true });
        return to;
      },
    });
    // Chromium may still be writing its profile.
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  },
  /** The web host of a test in a browser. It starts while the browser's page is made. */
  web: async ({ host }, use, info) => {
    if (info.project.name === 'electron') return use(undefined);
    const web = startHost(host.folder);
    await use(web);
    const ended = new Promise((resolve) => web.child.once('exit', resolve));
    if (web.child.kill('SIGTERM')) await ended;
  },
  /** The window: signed in at a fresh web host, or, in the project `electron`, the desktop program's own. */
  window: async ({ host, web, page }, use, info) => {
    if (!web) {
      const program = await launchDesktop(host.folder, info);
      const window = await firstWindow(program);
      await idle(window);
      await closeSample(window);
      await use(window);
      await program.close();
      return;
    }
    await page.goto(await web.address);
    await idle(page);
    await use(page);
    // An open page would keep the host waiting for its connection.
    await page.close();
  },
});

/** The desktop opens the sample when it starts for the first time. Journeys begin with an empty list, as the web host does. */
async function closeSample(window: Page): Promise<void> {
  const sample = window.getByRole('navigation', { name: 'Sources' }).getByRole('link', { name: /^Sample cache/ });
  await sample.focus();
  await window.keyboard.press('Delete');
  await expect(sample).toHaveCount(0);
  await window.goto(new URL('/', window.url()).href);
  await idle(window);
}

export { expect };

declare global {
  interface Window {
    cachewrightTest: { whenIdle(): Promise<void> };
  }
}

/** Waits until the window says that it is idle: no calls in flight, no layout pending. */
export async function idle(page: Page): Promise<void> {
  await page.waitForFunction(() => 'cachewrightTest' in window);
  await page.evaluate(() => window.cachewrightTest.whenIdle());
}

/** Opens a path through the open dialog, as a user does, and waits until it is ready. */
export async function openSource(page: Page, path: string): Promise<void> {
  const dialog = await openDialog(page);
  await dialog.getByRole('textbox', { name: 'Path of a cache' }).fill(path);
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'hidden' });
  await page.waitForURL(/\/sources\/[0-9a-f]{12}\//);
  await idle(page);
}

/** The dialog that opens a source, open. */
export async function openDialog(page: Page): Promise<Locator> {
  await page.keyboard.press('Control+o');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  return dialog;
}

/** Goes to a view of the current source by its tab. */
export async function goTo(page: Page, view: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: view, exact: true }).click();
  await idle(page);
}

/** No serious or critical accessibility finding on the screen as it is. In the light theme only its colours are looked at: all else is that of the dark one. */
export async function expectAccessible(page: Page): Promise<void> {
  // Otherwise it opens a second page, which Electron does not have; it is for frames, of which there are none.
  const axe = new AxeBuilder({ page }).setLegacyMode(true);
  // What passes is of no use here, and takes most of the time.
  axe.options({ resultTypes: ['violations'] });
  if (test.info().project.name === 'light') axe.withRules(['color-contrast']);
  else axe.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']);
  const { violations } = await axe.analyze();
  const grave = violations.filter((v) => v.impact === 'serious' || v.impact === 'critical');
  expect(grave.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 200)).join(' | ')}`)).toEqual([]);
}

/** Keeps a picture of the screen as an artefact of the run: `artifacts/<name>-<theme>-<width>.png`. */
export async function shoot(page: Page, name: string, theme: string): Promise<void> {
  const width = page.viewportSize()?.width ?? 0;
  await page.screenshot({ path: `artifacts/${name}-${theme}-${width}.png`, animations: 'disabled' });
}
