import { toCacheError } from '../../../shared/base/errors.ts';
import type { Greeting } from '../../../shared/contract/greeting.ts';
import { systemClock } from '../../engine/ports/clock.ts';
import type { Electron } from './electron-api.ts';
import type { EngineMessage } from './engine-process.ts';

/** What the engine's process does with the messages of `engine-process.ts`. */
export interface EngineEntry {
  /**
   * Serves the contract on a port. Messages that have arrived meanwhile wait in it until it is started.
   * @throws the reason, where there is no engine to serve it
   */
  accept(port: Electron.MessagePortMain): Promise<void>;
  stop(): Promise<void>;
  /** Ends the process. */
  exit(code: number): void;
}

/** How long a window may take to read why there is no engine, before the process ends. */
const LAST_WORDS_MS = 2_000;

/** The listener of the process's own port. A port is greeted first, so that the window knows who is behind it. */
export function createEngineEntry(
  { accept, stop, exit }: EngineEntry,
  lastWordsMs = LAST_WORDS_MS,
): (event: Electron.MessageEvent) => void {
  /** A message may be lost where the process ends right after it: the window closes the port when it has read it. */
  const refuse = (port: Electron.MessagePortMain, thrown: unknown): void => {
    const read = new AbortController();
    port.once('close', () => read.abort());
    void systemClock.wait(lastWordsMs, read.signal).then(() => exit(1));
    port.start();
    port.postMessage({ engine: 'failed', error: toCacheError(thrown).toJSON() } satisfies Greeting);
  };

  return (event) => {
    const message = event.data as EngineMessage;
    const port = event.ports[0];
    if (message === 'stop') {
      stop().then(
        () => exit(0),
        () => exit(1),
      );
    } else if (message === 'connect' && port) {
      accept(port).then(
        () => {
          port.start();
          port.postMessage({ engine: 'ready' } satisfies Greeting);
        },
        (thrown: unknown) => refuse(port, thrown),
      );
    }
  };
}
