import { systemClock } from '../../engine/ports/clock.ts';
import { DISK_THREADS } from '../../system/disk-threads.ts';
import type { Electron, ElectronApi, EngineChild } from './electron-api.ts';

/** The process in which the engine runs, apart from the window and from the program's own process. */
export interface EngineProcess {
  /** Gives the engine one end of a channel; starts its process where it is not running. */
  connect(port: Electron.MessagePortMain): void;
  /** Titles of the jobs that run now and would be cut off by its end. */
  runningJobs(): readonly string[];
  /** Ends it in good order, or by force after `timeoutMs`. Nothing starts it again. */
  stop(timeoutMs: number): Promise<void>;
}

/** Messages to the engine's process. A port comes with `connect`. */
export type EngineMessage = 'connect' | 'stop';

/** Messages from the engine's process: which jobs run, and why it cannot start. */
export type EngineReport =
  | { readonly kind: 'jobs'; readonly titles: readonly string[] }
  | { readonly kind: 'failed'; readonly text: string };

/** What the engine's process is started with. */
export interface EngineProcessParts {
  readonly utilityProcess: ElectronApi['utilityProcess'];
  readonly entry: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where failures are written down. */
  readonly log: (text: string) => void;
}

/** The engine's process, not yet running: it starts with the first port. */
export function createEngineProcess({ utilityProcess, entry, environment, log }: EngineProcessParts): EngineProcess {
  // A program that the engine runs must not take itself for Node because somebody started Electron that way.
  const { ELECTRON_RUN_AS_NODE: _, ...given } = environment;
  const env = { UV_THREADPOOL_SIZE: DISK_THREADS, ...given };
  let running: EngineChild | undefined;
  let titles: readonly string[] = [];
  let stopping: Promise<void> | undefined;
  let logged: string | undefined;

  /** The same failure comes again with every try of the window: once is enough. */
  const logOnce = (text: string): void => {
    if (text !== logged) log(text);
    logged = text;
  };

  const start = (): EngineChild => {
    const child = utilityProcess.fork(entry, [], { serviceName: 'Cachewright engine', stdio: 'inherit', env });
    let hasFailed = false;
    /** The window sees its port close, and asks for another: that starts the next one. */
    const forget = (): void => {
      if (running !== child) return;
      running = undefined;
      titles = [];
    };
    child.on('message', (message) => {
      const report = message as EngineReport;
      if (report.kind === 'jobs') titles = report.titles;
      if (report.kind !== 'failed') return;
      hasFailed = true;
      forget();
      logOnce(`The engine cannot start. ${report.text}`);
    });
    child.once('exit', (code) => {
      if (!hasFailed && !stopping) logOnce(`The engine ended unasked, with code ${code}.`);
      forget();
    });
    return child;
  };

  const end = (child: EngineChild, timeoutMs: number): Promise<void> =>
    new Promise((resolve) => {
      const gone = new AbortController();
      child.once('exit', () => {
        gone.abort();
        resolve();
      });
      void systemClock.wait(timeoutMs, gone.signal).then(() => gone.signal.aborted || child.kill());
      child.postMessage('stop' satisfies EngineMessage);
    });

  return {
    connect(port) {
      if (stopping) return port.close();
      running ??= start();
      running.postMessage('connect' satisfies EngineMessage, [port]);
    },
    runningJobs: () => titles,
    stop(timeoutMs) {
      stopping ??= running ? end(running, timeoutMs) : Promise.resolve();
      return stopping;
    },
  };
}
