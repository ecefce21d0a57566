import type { Electron } from '../../electron-api.ts';
import { app } from './app.ts';
import type { DevToolsSession } from './devtools.ts';
import { origins } from './schemes.ts';

type CheckHandler = Parameters<Electron.Session['setPermissionCheckHandler']>[0];
type BeforeRequest = (
  details: Electron.OnBeforeRequestListenerDetails,
  answer: (response: Electron.CallbackResponse) => void,
) => void;

let check: CheckHandler = null;
let beforeRequest: BeforeRequest | undefined;

const defaultSession = {
  setPermissionCheckHandler(handler: CheckHandler): void {
    check = handler;
  },
  // Chromium's own questions cannot be answered from outside: the check handler decides for both, see `decidePermissions`.
  setPermissionRequestHandler(_handler: Parameters<Electron.Session['setPermissionRequestHandler']>[0]): void {},
  setDevicePermissionHandler(_handler: Parameters<Electron.Session['setDevicePermissionHandler']>[0]): void {},
  webRequest: {
    onBeforeRequest(listener: BeforeRequest | null): void {
      beforeRequest = listener ?? undefined;
    },
  },
};

export const session = {
  get defaultSession(): typeof defaultSession {
    // electron/shell/browser/api/electron_api_session.cc
    if (!app.isReady()) throw new Error('Session can only be received when app is ready');
    return defaultSession;
  },
};

/** What the program says of a request: to let it pass, to cancel it, or to ask another address. */
export function askBeforeRequest(details: Electron.OnBeforeRequestListenerDetails): Promise<Electron.CallbackResponse> {
  const listener = beforeRequest;
  return listener ? new Promise((resolve) => listener(details, resolve)) : Promise.resolve({});
}

/** Permissions that a page could ask for, by Electron's name and by the one of the DevTools protocol. */
const PERMISSIONS = {
  'clipboard-read': 'clipboard-read',
  'clipboard-sanitized-write': 'clipboard-write',
  geolocation: 'geolocation',
  media: 'camera',
  notifications: 'notifications',
  midi: 'midi',
  'idle-detection': 'idle-detection',
} as const;

/** Gives and denies the permissions of an origin as the program's check handler says. */
export async function decidePermissions(
  browser: DevToolsSession,
  contents: Electron.WebContents,
  address: string,
): Promise<void> {
  const origin = URL.parse(origins.toChromium(address))?.origin;
  if (!check || !origin?.startsWith('https:')) return;
  for (const [name, chromiumName] of Object.entries(PERMISSIONS)) {
    const details = { isMainFrame: true, requestingUrl: address };
    const given = check(
      contents,
      name as Parameters<NonNullable<CheckHandler>>[1],
      origins.fromChromium(origin),
      details,
    );
    await browser
      .send('Browser.setPermission', {
        origin,
        permission: { name: chromiumName },
        setting: given ? 'granted' : 'denied',
      })
      .catch(() => undefined);
  }
}
