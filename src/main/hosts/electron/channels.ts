/** Messages between the preload and the main process. Each is declared here once and sender-checked on arrival. */
export const CHANNELS = {
  /** page → main, with one port: connect it to the engine. */
  engine: 'engine',
  /** page → main, answered: a system dialog. */
  chooseFolder: 'choose-folder',
  chooseFile: 'choose-file',
  /** main → page. */
  openPath: 'open-path',
  command: 'command',
} as const;
