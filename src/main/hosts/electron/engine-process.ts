import type { Electron } from './electron-api.ts';

/** The process in which the engine runs, apart from the window and from the program's own process. */
export interface EngineProcess {
  /** Gives the engine one end of a channel; starts its process where it is not running. */
  connect(port: Electron.MessagePortMain): void;
  /** Ends it in good order, or by force after `timeoutMs`. Nothing starts it again. */
  stop(timeoutMs: number): Promise<void>;
}

/** Messages to the engine's process. A port comes with `connect`. */
export type EngineMessage = 'connect' | 'stop';

export function createEngineProcess(
  utilityProcess: Pick<typeof Electron.utilityProcess, 'fork'>,
  entry: string,
): EngineProcess {
  let running: Electron.UtilityProcess | undefined;
  let stopped = false;

  const start = (): Electron.UtilityProcess => {
    const child = utilityProcess.fork(entry, [], { serviceName: 'Cachewright engine', stdio: 'inherit' });
    child.once('exit', () => {
      // The window sees its port close, and asks for another: that starts the next one.
      if (running === child) running = undefined;
    });
    return child;
  };

  return {
    connect(port) {
      if (stopped) return port.close();
      running ??= start();
      running.postMessage('connect' satisfies EngineMessage, [port]);
    },
    stop(timeoutMs) {
      stopped = true;
      const child = running;
      if (!child) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(() => child.kill(), timeoutMs);
        child.once('exit', () => {
          clearTimeout(timer);
          resolve();
        });
        child.postMessage('stop' satisfies EngineMessage);
      });
    },
  };
}
