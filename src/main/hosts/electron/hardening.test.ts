import { EventEmitter } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import type { Electron } from './electron-api.ts';
import { hardenContents, hardenSession, isTrustedSender, webPreferences } from './hardening.ts';

const OWN = 'app://cachewright/sources/a/keys';
const FOREIGN = [
  'https://evil.example/',
  'http://127.0.0.1/',
  'file:///etc/passwd',
  'app://evil/',
  'app://cachewright.evil/',
  'app://cachewright@evil/',
  'appx://cachewright/',
  'data:text/html,x',
  'javascript:alert(1)',
  'about:blank',
  '',
];

it('isolates and sandboxes every page', () => {
  expect(webPreferences('/p.cjs')).toEqual({
    preload: '/p.cjs',
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
  });
});

describe('a page', () => {
  const harden = () => {
    let opener: ((details: unknown) => unknown) | undefined;
    const contents = Object.assign(new EventEmitter(), {
      setWindowOpenHandler: (handler: (details: unknown) => unknown) => {
        opener = handler;
      },
    });
    hardenContents(contents as unknown as Electron.WebContents);
    const allowed = (event: string, url: string, isMainFrame = true): boolean => {
      const preventDefault = vi.fn();
      contents.emit(event, { url, isMainFrame, preventDefault });
      return preventDefault.mock.calls.length === 0;
    };
    return { allowed, open: (url: string) => opener?.({ url }) };
  };

  it.each(['will-navigate', 'will-frame-navigate', 'will-redirect'])('stays where it is: %s', (event) => {
    const { allowed } = harden();
    expect(FOREIGN.filter((url) => allowed(event, url))).toEqual([]);
    expect(allowed(event, OWN)).toBe(true);
  });

  it('has no frames, no embedded pages and no second window', () => {
    const { allowed, open } = harden();
    expect(allowed('will-frame-navigate', OWN, false)).toBe(false);
    expect(allowed('will-attach-webview', OWN)).toBe(false);
    expect([OWN, ...FOREIGN].map(open)).toEqual([OWN, ...FOREIGN].map(() => ({ action: 'deny' })));
  });
});

describe('a session', () => {
  const harden = () => {
    const set = new Map<string, (...args: never[]) => unknown>();
    const keep = (name: string) => (handler: (...args: never[]) => unknown) => set.set(name, handler);
    hardenSession({
      setPermissionCheckHandler: keep('check'),
      setPermissionRequestHandler: keep('request'),
      setDevicePermissionHandler: keep('device'),
      webRequest: { onBeforeRequest: keep('fetch') },
    } as unknown as Electron.Session);
    const call = (name: string, ...args: unknown[]): unknown => set.get(name)?.(...(args as never[]));
    return {
      check: (permission: string, origin: string) => call('check', undefined, permission, origin),
      request: (permission: string, url: string) => {
        const answer = vi.fn();
        call('request', { getURL: () => url }, permission, answer);
        return answer.mock.calls;
      },
      device: () => call('device', {}),
      fetch: (url: string) => {
        const answer = vi.fn();
        call('fetch', { url }, answer);
        return answer.mock.calls;
      },
    };
  };

  it.each(['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal', 'fileSystem', 'usb', 'unknown'])(
    'denies %s',
    (permission) => {
      const { check, request } = harden();
      expect(check(permission, 'app://cachewright')).toBe(false);
      expect(request(permission, OWN)).toEqual([[false]]);
    },
  );

  it('lets the own page, and only it, write text to the clipboard', () => {
    const { check, request, device } = harden();
    expect(check('clipboard-sanitized-write', 'app://cachewright')).toBe(true);
    expect(request('clipboard-sanitized-write', OWN)).toEqual([[true]]);
    expect(check('clipboard-sanitized-write', 'https://evil.example')).toBe(false);
    expect(request('clipboard-sanitized-write', 'https://evil.example/')).toEqual([[false]]);
    expect(device()).toBe(false);
  });

  it.each([
    ['app://cachewright/assets/a.js', false],
    ['https://evil.example/beacon', true],
    ['http://127.0.0.1:1/', true],
    ['ws://127.0.0.1:1/', true],
    ['file:///etc/passwd', true],
  ])('of a request for %s, cancels it: %s', (url, cancel) => {
    expect(harden().fetch(url)).toEqual([[{ cancel }]]);
  });
});

describe('a message', () => {
  const frame = { url: OWN, parent: null, isDestroyed: () => false };
  const contents = {};
  const trusted = (senderFrame: unknown, sender: unknown = contents, ours: unknown = contents): boolean =>
    isTrustedSender(
      { sender, senderFrame } as Electron.IpcMainEvent,
      (ours ?? undefined) as Electron.WebContents | undefined,
    );

  it('of the main frame of our window is heard', () => expect(trusted(frame)).toBe(true));
  it('of other contents with our address is not', () => expect(trusted(frame, {})).toBe(false));
  it('is not heard where there is no window', () => expect(trusted(frame, null, null)).toBe(false));
  it('of a frame inside our page is not', () => expect(trusted({ ...frame, parent: frame })).toBe(false));
  it('of a frame that is gone is not', () => {
    expect(trusted(null)).toBe(false);
    const gone = {
      parent: null,
      isDestroyed: () => true,
      get url(): string {
        throw new Error('Render frame was disposed before WebFrameMain could be accessed');
      },
    };
    expect(trusted(gone)).toBe(false);
  });
  it.each(FOREIGN)('of our frame, once it shows %s, is not', (url) => expect(trusted({ ...frame, url })).toBe(false));
});
