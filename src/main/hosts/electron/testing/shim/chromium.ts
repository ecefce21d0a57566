import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connectDevTools, type DevToolsConnection } from './devtools.ts';

/** Chromium in the place of Electron's own. */
export interface Chromium {
  readonly connection: DevToolsConnection;
  readonly process: ChildProcess;
  /** Address for a further DevTools client. */
  readonly address: string;
}

/** Switches that Chromium gets besides those of the program: no visits outside, no first-run pages, no throttling. */
const SWITCHES = [
  '--no-startup-window',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-dev-shm-usage',
  '--disable-extensions',
  '--disable-features=HttpsUpgrades,Translate,PaintHolding,DestroyProfileOnBrowserClose,OptimizationHints,AimEnabled',
  '--disable-gpu',
  '--disable-hang-monitor',
  '--disable-renderer-backgrounding',
  '--disable-search-engine-choice-screen',
  '--disable-sync',
  // "Electron adds one feature to MessagePort that isn't present on the web, in order to make MessagePorts more useful. That is
  // the close event": electronjs.org/docs/latest/tutorial/message-ports. Chromium has it as an experiment.
  '--enable-blink-features=MessagePortCloseEvent',
  '--force-color-profile=srgb',
  '--password-store=basic',
  '--use-mock-keychain',
];

/**
 * Starts Debian's Chromium (or `CACHEWRIGHT_CHROMIUM`) with its profile in `folder`, on the display where there is one.
 * It ends with this process.
 * @throws when it does not start
 */
export async function startChromium(folder: string, switches: readonly string[]): Promise<Chromium> {
  const program = process.env.CACHEWRIGHT_CHROMIUM ?? '/usr/bin/chromium';
  const hasDisplay = Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
  const words = [
    program,
    ...SWITCHES,
    ...switches,
    `--user-data-dir=${folder}`,
    '--remote-debugging-port=0',
    ...(hasDisplay ? [] : ['--headless=new']),
  ];
  // Killed at once, this process cannot end its children: the kernel does.
  const [command, ...args] = existsSync('/usr/bin/setpriv')
    ? ['/usr/bin/setpriv', '--pdeathsig', 'KILL', ...words]
    : words;
  const child = spawn(command ?? program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  process.on('exit', () => child.kill('SIGKILL'));
  const address = await new Promise<string>((resolve, reject) => {
    let seen = '';
    child.stderr.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
      const found = /^DevTools listening on (ws:\S+)$/m.exec(seen);
      if (found?.[1]) resolve(found[1]);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`Chromium ended with ${code}: ${seen.slice(-2000)}`)));
  });
  return { connection: await connectDevTools(address), process: child, address };
}
