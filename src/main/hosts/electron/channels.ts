/** Messages between the preload and the main process. Each is declared here once and sender-checked on arrival. */
export const CHANNELS = {
  /** page → main, with one port: connect it to the engine. */
  engine: 'engine',
  /** page → main, answered: a system dialog. */
  chooseFolder: 'choose-folder',
  chooseFile: 'choose-file',
  /** main → page: a numbered request. */
  request: 'request',
  /** page → main: send every request that has not been taken. */
  listening: 'listening',
  /** page → main: the request of this number has been taken. */
  taken: 'taken',
} as const;
