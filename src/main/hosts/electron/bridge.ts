import { type DesktopBridge, ENGINE_PORT_MESSAGE } from '../../../shared/contract/bridge.ts';
import { CHANNELS } from './channels.ts';
import type { Electron } from './electron-api.ts';

/** What the preload has at hand. */
export interface BridgeParts {
  readonly ipc: Pick<Electron.IpcRenderer, 'invoke' | 'on' | 'postMessage'>;
  readonly webUtils: Pick<Electron.WebUtils, 'getPathForFile'>;
  readonly page: Pick<Window, 'postMessage'> & { readonly location: Pick<Location, 'origin'> };
  readonly createChannel: () => { readonly port1: MessagePort; readonly port2: MessagePort };
}

/** The whole of what the page may ask of the desktop. Ports travel by window message: they cannot cross as values. */
export function createBridge({ ipc, webUtils, page, createChannel }: BridgeParts): DesktopBridge {
  return {
    connect() {
      const { port1, port2 } = createChannel();
      ipc.postMessage(CHANNELS.engine, undefined, [port2]);
      page.postMessage(ENGINE_PORT_MESSAGE, page.location.origin, [port1]);
    },
    pathOf: (file) => (file instanceof File ? webUtils.getPathForFile(file) : ''),
    chooseFolder: () => ipc.invoke(CHANNELS.chooseFolder),
    chooseFile: () => ipc.invoke(CHANNELS.chooseFile),
    onOpenPath: subscribable(ipc, CHANNELS.openPath),
    onCommand: subscribable(ipc, CHANNELS.command),
  };
}

/** What arrives before anybody listens is kept for the first who does: a path may be opened while the page loads. */
function subscribable(ipc: BridgeParts['ipc'], channel: string): (listener: (text: string) => void) => () => void {
  const listeners = new Set<(text: string) => void>();
  let kept: string[] = [];
  ipc.on(channel, (_event, text: unknown) => {
    if (typeof text !== 'string') return;
    if (listeners.size === 0) kept.push(text);
    for (const listener of listeners) listener(text);
  });
  return (listener) => {
    listeners.add(listener);
    for (const text of kept) listener(text);
    kept = [];
    return () => {
      listeners.delete(listener);
    };
  };
}
