import { implement } from '@orpc/server';
import { contract } from '../../../../shared/contract/index.ts';
import type { Clock } from '../../../engine/ports/clock.ts';
import type { Site } from '../../site.ts';
import { startWebHost, type WebHost, type WebHostOptions } from '../web-host.ts';

/** A site of two files, whose page says which path it was given. */
export const standInSite: Site = {
  answer: (pathname) => ({
    status: pathname === '/assets/missing.js' ? 404 : 200,
    headers: { 'content-type': pathname === '/assets/a.js' ? 'text/javascript' : 'text/html' },
    body: Buffer.from(`page ${pathname}`),
  }),
};

/** A clock that a test moves. */
export function movableClock(start = 1_000_000): Clock & { move(ms: number): void } {
  let now = start;
  return {
    now: () => now,
    wait: () => Promise.reject(new Error('the web host waits for nothing')),
    move: (ms) => {
      now += ms;
    },
  };
}

/** A web host over one procedure, `app.info`. */
export function startStandIn(options: Partial<WebHostOptions> = {}): Promise<WebHost> {
  const os = implement(contract);
  const info = os.app.info.handler(() => ({
    version: '0.0.0',
    host: 'web' as const,
    sample: '',
    storeFolder: '',
    homeFolder: '',
    platform: 'test',
  }));
  return startWebHost({ router: { app: { info } }, site: standInSite, ...options });
}

/** Signs in as a browser does; the `Cookie` header of the session. */
export async function signIn(host: WebHost): Promise<string> {
  const answer = await fetch(host.loginAddress(), { redirect: 'manual' });
  const cookie = answer.headers.get('set-cookie')?.split(';')[0];
  if (answer.status !== 303 || cookie === undefined) throw new Error(`login answered ${answer.status}`);
  return cookie;
}
