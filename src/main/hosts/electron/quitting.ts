import type { DesktopApp, Electron, Preventable } from './electron-api.ts';

/** What quitting needs of the program. */
export interface QuittingParts {
  readonly app: Pick<DesktopApp, 'on' | 'quit' | 'relaunch'>;
  /** Titles of jobs that quitting would cut off. */
  readonly runningJobs: () => readonly string[];
  /** Asks a person whether to quit although these jobs run. */
  readonly ask: (titles: readonly string[]) => Promise<boolean>;
  /** Ends the engine and keeps what has to be kept. */
  readonly finish: () => Promise<unknown>;
  /** How the program is started again with words to open. */
  readonly relaunchOptions: (words: readonly string[]) => Electron.RelaunchOptions;
}

/** How the program ends. */
export interface Quitting {
  /** For the window's `close`: lets it pass, or keeps the window and asks. */
  mayClose(event: Preventable): void;
  /** Quits without a question: the system ends, or whoever started the program ends it. */
  now(): void;
  /** True from the moment that the window may close: whatever comes in from then on is for another start. */
  isUnderWay(): boolean;
  /** Starts the program again, once it has ended, with these words to open. */
  thenOpen(words: readonly string[]): void;
}

/** Asks before jobs are cut off; then waits, once, until everything has ended in good order. */
export function createQuitting({ app, runningJobs, ask, finish, relaunchOptions }: QuittingParts): Quitting {
  let phase: 'running' | 'asking' | 'decided' | 'finished' = 'running';
  let later: string[] | undefined;

  const now = (): void => {
    phase = 'decided';
    app.quit();
  };
  const mayClose = (event: Preventable): void => {
    if (phase === 'decided' || phase === 'finished') return;
    const titles = runningJobs();
    if (titles.length === 0) {
      phase = 'decided';
      return;
    }
    event.preventDefault();
    if (phase === 'asking') return;
    phase = 'asking';
    ask(titles).then(
      (quits) => {
        if (phase !== 'asking') return;
        if (quits) now();
        else phase = 'running';
      },
      () => now(),
    );
  };

  app.on('will-quit', (event) => {
    if (phase === 'finished') return;
    event.preventDefault();
    const end = (): void => {
      phase = 'finished';
      if (later) app.relaunch(relaunchOptions(later));
      app.quit();
    };
    finish().then(end, end);
  });

  return {
    mayClose,
    now,
    isUnderWay: () => phase === 'decided' || phase === 'finished',
    thenOpen(words) {
      later = [...(later ?? []), ...words];
    },
  };
}
