import { safePath } from '../safe-path.ts';
import type { Site } from '../site.ts';
import { APP_SCHEME, isOwnAddress } from './addresses.ts';
import type { ElectronApi } from './electron-api.ts';

/** To be called before the program is ready: the window's scheme behaves like https. */
export function registerScheme(protocol: Pick<ElectronApi['protocol'], 'registerSchemesAsPrivileged'>): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** Answers `app://cachewright/…` from the window's files, with the same headers as the web host. */
export function serveSite(protocol: Pick<ElectronApi['protocol'], 'handle'>, site: Site): void {
  protocol.handle(APP_SCHEME, (request) => answer(request, site));
}

function answer(request: Request, site: Site): Response {
  const { pathname } = new URL(request.url);
  if (request.method !== 'GET' || !isOwnAddress(request.url) || safePath(pathname) === undefined) {
    return new Response(undefined, { status: 400 });
  }
  const { status, headers, body } = site.answer(pathname);
  return new Response(Buffer.from(body), { status, headers });
}
