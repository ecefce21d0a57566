import { safePath } from '../safe-path.ts';

/** The origin of the window's page. */
export const APP_SCHEME = 'app';
export const APP_ORIGIN = `${APP_SCHEME}://cachewright`;

/**
 * What systems know the program by: `appId` of electron-builder.yml, and `desktopName` of package.json, from which Linux has
 * the window's class, the name of the desktop file and its `StartupWMClass`.
 */
export const APP_ID = 'io.github.cachewright';

/** The scheme of links into the window, which the system hands to this program. */
export const LINK_SCHEME = 'cachewright';

/** True for the window's own page and nothing else. */
export function isOwnAddress(address: string): boolean {
  const url = parse(address);
  return url !== undefined && url.protocol === `${APP_SCHEME}:` && url.host === 'cachewright';
}

/**
 * The path in the window of a `cachewright:///sources/…` link (two slashes do as well), with its search; undefined for
 * anything else. Links come from anywhere: one can only show a view, never open a location or start an action.
 */
export function pathOfLink(link: string): string | undefined {
  const url = parse(link);
  if (url?.protocol !== `${LINK_SCHEME}:`) return undefined;
  const path = `${url.host === '' ? '' : `/${url.host}`}${url.pathname}${url.search}`;
  return path === '/' || safePath(path) === undefined ? undefined : path;
}

function parse(address: string): URL | undefined {
  return URL.canParse(address) ? new URL(address) : undefined;
}
