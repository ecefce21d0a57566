import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { findElectron } from './src/main/hosts/electron-binary.ts';

const chromium = process.env.CACHEWRIGHT_CHROMIUM ?? '/usr/bin/chromium';

/** Stands in for the Electron program where that is not there: docs/DESKTOP.md. */
const shim = join(import.meta.dirname, 'src/main/hosts/electron/testing/shim/electron');
const program = (await findElectron(import.meta.dirname, process.env)) ?? shim;
/** What only the desktop program does. */
const desktopOnly = 'desktop.spec.ts';
const isLong = process.env.CACHEWRIGHT_LONG === '1';

/**
 * Journeys through the window: in Debian's Chromium over the web host, and in the desktop program (project `electron`). A run
 * at full size makes all of them in both themes and in the program; any other all in the dark theme, in the light one those
 * that show every view, and in the program those that touch what the desktop does by itself.
 */
export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results/e2e',
  workers: 2,
  fullyParallel: false,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['json', { outputFile: 'test-results/playwright.json' }]],
  use: {
    viewport: { width: 1280, height: 800 },
    // Nothing is waited for that only moves.
    contextOptions: { reducedMotion: 'reduce' },
    launchOptions: {
      executablePath: existsSync(chromium) ? chromium : undefined,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    },
    // A trace costs a picture of the page at each step: `npx playwright test --trace retain-on-failure` makes one.
    screenshot: 'only-on-failure',
  },
  projects: [
    { name: 'dark', use: { colorScheme: 'dark' }, testIgnore: desktopOnly },
    {
      name: 'light',
      use: { colorScheme: 'light' },
      testIgnore: desktopOnly,
      ...(isLong ? { grepInvert: /@once/ } : { grep: /@themes/ }),
    },
    // A program starts for each test, and its engine with it: that is waited for longer.
    {
      name: 'electron',
      metadata: { program },
      timeout: 180_000,
      expect: { timeout: 60_000 },
      grepInvert: /@web/,
      ...(isLong ? {} : { grep: /@desktop/ }),
    },
  ],
});
