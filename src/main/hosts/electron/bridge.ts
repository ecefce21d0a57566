import { type DesktopBridge, type DesktopRequest, ENGINE_PORT_MESSAGE } from '../../../shared/contract/bridge.ts';
import { CHANNELS } from './channels.ts';
import type { Electron } from './electron-api.ts';

/** What the preload has at hand. */
export interface BridgeParts {
  readonly ipc: Pick<Electron.IpcRenderer, 'invoke' | 'on' | 'postMessage' | 'send'>;
  readonly webUtils: Pick<Electron.WebUtils, 'getPathForFile'>;
  readonly page: Pick<Window, 'postMessage'> & { readonly location: Pick<Location, 'origin'> };
  readonly createChannel: () => { readonly port1: MessagePort; readonly port2: MessagePort };
}

/** The whole of what the page may ask of the desktop. Ports travel by window message: they cannot cross as values. */
export function createBridge({ ipc, webUtils, page, createChannel }: BridgeParts): DesktopBridge {
  let listener: ((request: DesktopRequest) => void) | undefined;
  let lastTaken = 0;
  // Numbers rise. What comes while nobody listens is not taken, so it is sent again to whoever listens next.
  ipc.on(CHANNELS.request, (_event, number: number, request: DesktopRequest) => {
    if (!listener || number <= lastTaken) return;
    lastTaken = number;
    ipc.send(CHANNELS.taken, number);
    listener(request);
  });
  return {
    connect() {
      const { port1, port2 } = createChannel();
      ipc.postMessage(CHANNELS.engine, undefined, [port2]);
      page.postMessage(ENGINE_PORT_MESSAGE, page.location.origin, [port1]);
    },
    pathOf: (file) => (file instanceof File ? webUtils.getPathForFile(file) : ''),
    chooseFolder: () => ipc.invoke(CHANNELS.chooseFolder),
    chooseFile: () => ipc.invoke(CHANNELS.chooseFile),
    onRequest(given) {
      listener = given;
      ipc.send(CHANNELS.listening);
      return () => {
        if (listener === given) listener = undefined;
      };
    },
  };
}
