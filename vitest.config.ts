import { existsSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import { playwright } from '@vitest/browser-playwright';
import { configDefaults, defineConfig } from 'vitest/config';

const chromium = process.env.CACHEWRIGHT_CHROMIUM ?? '/usr/bin/chromium';
const BROWSER_TESTS = '**/*.browser.test.tsx';

const limits = { testTimeout: 60_000, hookTimeout: 60_000, maxWorkers: 2 };

/** Rules, adapters and hosts, in Node. */
const node = {
  test: {
    ...limits,
    name: 'node',
    include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'scripts/**/*.test.ts', 'bench/**/*.test.ts'],
    exclude: [...configDefaults.exclude, BROWSER_TESTS],
    pool: 'forks' as const,
  },
};

/** Views of the window on the fake engine, in a real browser: what they draw depends on sizes that only a layout gives. */
const browser = {
  plugins: [react()],
  // Everything is bundled before the first test: a library found later would load the page anew under it.
  optimizeDeps: {
    entries: ['src/renderer/main.tsx', 'src/renderer/client/fake/index.ts', `src/renderer/${BROWSER_TESTS}`],
  },
  test: {
    ...limits,
    // A view that never comes fails by itself, not by the machine's load.
    expect: { poll: { timeout: 20_000 } },
    name: 'browser',
    include: [`src/renderer/${BROWSER_TESTS}`],
    // One page after the other: two cores are enough for it.
    fileParallelism: false,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      viewport: { width: 1280, height: 800 },
      provider: playwright({
        launchOptions: { executablePath: chromium, args: ['--no-sandbox', '--disable-gpu', '--no-first-run'] },
        contextOptions: { reducedMotion: 'reduce' },
      }),
      instances: [{ browser: 'chromium' as const }],
    },
  },
};

/** Where there is no browser, `npm test` says that these tests are skipped. */
export default defineConfig({ test: { projects: existsSync(chromium) ? [node, browser] : [node] } });
