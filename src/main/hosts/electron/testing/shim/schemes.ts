import type { Electron } from '../../electron-api.ts';
import { app } from './app.ts';
import { createSchemeOrigins } from './scheme-origin.ts';

type Handler = (request: Request) => Response | Promise<Response>;

/** Addresses of this program's schemes, both ways. */
export const origins = createSchemeOrigins();
const handlers = new Map<string, Handler>();
let isRegistered = false;

/** The scheme's handler, or undefined where it has none. */
export function schemeHandler(address: string): Handler | undefined {
  return handlers.get(URL.parse(address)?.protocol.slice(0, -1) ?? '');
}

/** Source: electronjs.org/docs/latest/api/protocol. */
export const protocol = {
  registerSchemesAsPrivileged(schemes: Electron.CustomScheme[]): void {
    // "This method can only be used before the ready event of the app module gets emitted and can be called only once."
    if (app.isReady()) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
    if (isRegistered) throw new Error('protocol.registerSchemesAsPrivileged should be called only once');
    isRegistered = true;
    for (const { scheme, privileges } of schemes) {
      if (!privileges?.standard || !privileges.secure || !privileges.supportFetchAPI) {
        throw new Error(`The shim shows standard, secure schemes that support fetch only: ${scheme}`);
      }
      origins.add(scheme);
    }
  },
  handle(scheme: string, handler: Handler): void {
    // `protocol` is the one of the default session, which there is after `ready`: electron/lib/browser/api/protocol.ts
    if (!app.isReady()) throw new Error('protocol.handle can only be used after the app is ready');
    if (handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`);
    handlers.set(scheme, handler);
  },
};
