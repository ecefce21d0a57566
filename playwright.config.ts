import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';
import { findElectron } from './src/main/hosts/electron-binary.ts';

const chromium = process.env.CACHEWRIGHT_CHROMIUM ?? '/usr/bin/chromium';

const program = await findElectron(import.meta.dirname, process.env);

/**
 * Journeys through the window, in Debian's Chromium over the web host, in both themes. The same journeys run in
 * Electron where its binary is there (`project electron`).
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
    trace: 'retain-on-failure',
  },
  projects: [
    { name: 'dark', use: { colorScheme: 'dark' } },
    { name: 'light', use: { colorScheme: 'light' }, grepInvert: /@once/ },
    ...(program === undefined ? [] : [{ name: 'electron', metadata: { program }, grepInvert: /@web/ }]),
  ],
});
