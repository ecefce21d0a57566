import type { DesktopBridge } from '../../shared/contract/bridge.ts';

declare global {
  interface Window {
    readonly cachewright?: DesktopBridge;
  }
}

/** The bridge, in the desktop window; what it offers is declared in `shared/contract/bridge.ts`. */
export function desktopBridge(): DesktopBridge | undefined {
  return window.cachewright;
}
