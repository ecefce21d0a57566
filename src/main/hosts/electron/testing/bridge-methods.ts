import type { DesktopBridge } from '../../../../shared/contract/bridge.ts';

/** The whole surface of the bridge, by name, to compare with what the preload really exposes. */
export const DESKTOP_BRIDGE_METHODS = [
  'chooseFile',
  'chooseFolder',
  'connect',
  'onRequest',
  'pathOf',
] as const satisfies readonly (keyof DesktopBridge)[];
