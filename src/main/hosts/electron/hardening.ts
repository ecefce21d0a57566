import { APP_SCHEME, isOwnAddress } from './addresses.ts';
import type { DesktopContents, DesktopSession, Electron, PageSender } from './electron-api.ts';

/** How every page of this program runs: isolated, sandboxed, without Node. */
export function webPreferences(preload: string): Electron.WebPreferences {
  return {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    spellcheck: false,
  };
}

/** The one permission that is given, and only to the window's own page: copy buttons write text. */
const GIVEN = 'clipboard-sanitized-write';

/** Denies every permission and device, and every request that would leave the program. */
export function hardenSession(session: DesktopSession): void {
  session.setPermissionCheckHandler((_contents, permission, origin) => permission === GIVEN && isOwnAddress(origin));
  session.setPermissionRequestHandler((contents, permission, answer) =>
    answer(permission === GIVEN && isOwnAddress(contents.getURL())),
  );
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest((details, answer) => {
    // `devtools:` is the inspector of a development build; `blob:` and `data:` never reach this handler's network.
    const inside = [`${APP_SCHEME}:`, 'devtools:', 'blob:', 'data:'].some((scheme) => details.url.startsWith(scheme));
    answer({ cancel: !inside });
  });
}

/** Keeps a page where it is: no other address, no new window, no embedded page. */
export function hardenContents(contents: Pick<DesktopContents, 'on' | 'setWindowOpenHandler'>): void {
  contents.on('will-navigate', (event) => {
    if (!isOwnAddress(event.url)) event.preventDefault();
  });
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame || !isOwnAddress(event.url)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => {
    if (!isOwnAddress(event.url)) event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

/** True for a message from the main frame of our window while it shows our page. Everything else is dropped. */
export function isTrustedSender({ sender, senderFrame }: PageSender, ours: DesktopContents | undefined): boolean {
  // A frame that is gone must not be asked for anything: it throws.
  if (ours === undefined || sender !== ours || !senderFrame || senderFrame.isDestroyed()) return false;
  return senderFrame.parent === null && isOwnAddress(senderFrame.url);
}
