import type { Electron } from './electron-api.ts';
import type { EngineMessage } from './engine-process.ts';

/** What the engine's process does with the messages of `engine-process.ts`. */
export interface EngineEntry {
  /** Serves the contract on a port. Messages that have arrived meanwhile wait in it until it is started. */
  accept(port: Electron.MessagePortMain): Promise<void>;
  stop(): Promise<void>;
}

/** The listener of the process's own port. */
export function createEngineEntry({ accept, stop }: EngineEntry): (event: Electron.MessageEvent) => void {
  return (event) => {
    const message = event.data as EngineMessage;
    const port = event.ports[0];
    if (message === 'stop') void stop();
    else if (message === 'connect' && port) {
      accept(port).then(
        () => port.start(),
        // The window sees a closed port: "the engine does not answer".
        () => port.close(),
      );
    }
  };
}
