import type { ChildProcess } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ElectronApplication, Page, TestInfo } from '@playwright/test';
import type * as Electron from 'electron';
import * as desktop from './desktop-program.ts';
import { test as base, expect, goTo, idle, openSource } from './harness.ts';
import { startStallingRegistry } from './stalling-registry.ts';

// What only the desktop program does. The project `electron` alone makes these journeys.

const sample = fileURLToPath(new URL('../fixtures/sample', import.meta.url));

/** The program has started and shows the sample cache. */
async function sampleShows(page: Page): Promise<void> {
  await page.waitForURL(/\/sources\/[0-9a-f]{12}\/overview/);
  await idle(page);
  await expect(page).toHaveTitle(/Sample cache/);
}

/** Starts programs over the test's folder; those that still run at its end are ended. */
const test = base.extend<{ launch: (...words: string[]) => Promise<ElectronApplication> }>({
  launch: async ({ host }, use, info: TestInfo) => {
    const started: { readonly program: ElectronApplication; readonly child: ChildProcess }[] = [];
    await use(async (...words) => {
      const program = await desktop.launchDesktop(host.folder, info, words);
      // A program that has ended no longer says which process it was.
      started.push({ program, child: program.process() });
      return program;
    });
    for (const { child } of started) child.kill('SIGTERM');
    await Promise.all(started.map(({ program }) => program.close().catch(() => undefined)));
  },
});

// Each has programs of its own.
test.describe.configure({ mode: 'parallel' });

test('opens by the menu, by a second start and by a link, and the menu’s keys go to views @desktop', async ({
  launch,
  host,
}, info) => {
  await host.copyFixture('sample', 'by-menu');
  await host.copyFixture('sample', 'by-second');
  const program = await launch();
  const page = await desktop.firstWindow(program);
  await sampleShows(page);

  await desktop.answerPath(program, join(host.folder, 'by-menu'));
  await desktop.chooseInMenu(program, 'Open Folder…');
  await expect(page).toHaveTitle(/by-menu/);
  await page.keyboard.press('Control+2');
  await page.waitForURL(/\/sources\/[0-9a-f]{12}\/keys/);
  await desktop.chooseInMenu(program, 'Keyboard Sheet');
  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toBeVisible();
  await page.keyboard.press('Escape');

  // A path as somebody types it in another folder.
  expect(await desktop.launchAgain(host.folder, info, ['by-second'])).toBe(0);
  await expect(page).toHaveTitle(/by-second/);
  expect(await desktop.launchAgain(host.folder, info, ['cachewright:///settings'])).toBe(0);
  await page.waitForURL(/\/settings$/);
});

test('a source and a link that come while it starts are opened', async ({ launch, host }, info) => {
  await host.copyFixture('sample', 'early');
  const program = await launch(await host.copyFixture('sample', 'given'));
  // Its window is not there yet.
  expect(await desktop.launchAgain(host.folder, info, ['early'])).toBe(0);
  const page = await desktop.firstWindow(program);
  const sources = page.getByRole('navigation', { name: 'Sources' });
  await sources.getByRole('link', { name: /^given/ }).waitFor();
  await sources.getByRole('link', { name: /^early/ }).waitFor();

  const linked = await desktop.launchDesktop(join(host.folder, 'other'), info, ['cachewright:///settings']);
  try {
    await (await desktop.firstWindow(linked)).waitForURL(/\/settings$/);
  } finally {
    await linked.close();
  }
});

test('a folder that is dropped on the window opens, by its real path', async ({ launch, host }) => {
  const path = await host.copyFixture('sample', 'dropped');
  const program = await launch();
  const page = await desktop.firstWindow(program);
  await idle(page);
  const devTools = await page.context().newCDPSession(page);
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    const data = { items: [], files: [path], dragOperationsMask: 1 };
    await devTools.send('Input.dispatchDragEvent', { type, x: 640, y: 400, data });
  }
  await expect(page.getByRole('navigation', { name: 'Sources' }).getByRole('link', { name: /^dropped/ })).toBeVisible();
  await expect(page).toHaveTitle(/dropped/);
});

test('the page stays where it is, and opens no other window', async ({ launch }) => {
  const program = await launch();
  const page = await desktop.firstWindow(program);
  await sampleShows(page);
  const address = page.url();
  await page.evaluate(() => {
    window.open('https://example.invalid/');
    location.href = 'https://example.invalid/';
  });
  await goTo(page, 'Keys');
  expect(new URL(page.url()).origin).toBe(new URL(address).origin);
  await expect.poll(() => program.windows().length).toBe(1);
});

test('an engine that is killed comes back, and work goes on @desktop', async ({ launch, host }) => {
  const program = await launch();
  const page = await desktop.firstWindow(program);
  await sampleShows(page);
  const killed = await desktop.enginePid(program);
  process.kill(killed ?? 0, 'SIGKILL');
  await expect.poll(async () => [undefined, killed].includes(await desktop.enginePid(program))).toBe(false);
  await openSource(page, await host.copyFixture('sample', 'afterwards'));
  await expect(page).toHaveTitle(/afterwards/);
  expect(await readFile(join(host.folder, 'state/errors.log'), 'utf8')).toContain('The engine ended unasked');
});

test('an engine that cannot start says why, and goes on when the reason is gone', async ({ launch, host }) => {
  await writeFile(join(host.folder, 'state'), 'a file in the way');
  const program = await launch();
  const page = await desktop.firstWindow(program);
  const banner = page.getByRole('alert').filter({ hasText: 'The engine cannot start.' });
  await expect(banner).toContainText(join(host.folder, 'state'));
  await rm(join(host.folder, 'state'));
  await expect(banner).toHaveCount(0);
  await openSource(page, await host.copyFixture('sample', 'afterwards'));
});

test('a page that dies is loaded again; when it dies again, a dialog asks', async ({ launch }) => {
  const program = await launch();
  await desktop.firstWindow(program);
  await expect.poll(() => desktop.titleOf(program)).toContain('Sample cache');
  const crash = () =>
    program.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer());
  await desktop.answerBoxes(program, 0);
  await crash();
  await expect.poll(() => desktop.titleOf(program).catch(() => '')).toContain('Sample cache');
  expect(await desktop.askedOf(program)).toEqual([]);
  await crash();
  await expect.poll(() => desktop.askedOf(program)).toEqual(['The window has stopped working again.']);
  await expect.poll(() => desktop.titleOf(program).catch(() => '')).toContain('Sample cache');
  await desktop.answerBoxes(program, 1);
  const ended = program.waitForEvent('close');
  await crash();
  await ended;
});

test('quitting during a verify asks first', async ({ launch }) => {
  await using registry = await startStallingRegistry(sample);
  const program = await launch();
  const page = await desktop.firstWindow(program);
  await idle(page);
  await openSource(page, registry.reference);
  registry.stall();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('verify');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: /^Jobs: 1 job/ })).toBeVisible();

  await desktop.answerBoxes(program, 0);
  await desktop.chooseInMenu(program, 'quit');
  await expect.poll(() => desktop.askedOf(program)).toEqual([expect.stringContaining('is still running')]);
  await goTo(page, 'Keys');

  await desktop.answerBoxes(program, 1);
  const ended = program.waitForEvent('close');
  await desktop.chooseInMenu(program, 'quit');
  await ended;
});

test('the window opens where it stood', async ({ launch, host }) => {
  await mkdir(join(host.folder, 'user-data'), { recursive: true });
  const stateFile = join(host.folder, 'user-data/window.json');
  const place = { x: 40, y: 50, width: 900, height: 700 };
  await writeFile(stateFile, JSON.stringify({ version: 1, ...place, maximized: false }));
  const first = await launch();
  await desktop.firstWindow(first);
  const bounds = ({ BrowserWindow }: { readonly BrowserWindow: typeof Electron.BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.getNormalBounds();
  expect(await first.evaluate(bounds)).toEqual(place);
  await first.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.maximize());
  await first.close();
  expect(JSON.parse(await readFile(stateFile, 'utf8'))).toEqual({ version: 1, ...place, maximized: true });

  const second = await launch();
  await expect((await desktop.firstWindow(second)).getByRole('main')).toBeVisible();
  await expect
    .poll(() => second.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isMaximized()))
    .toBe(true);
});
