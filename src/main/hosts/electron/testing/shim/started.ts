import { readCommandLine } from './command-line.ts';

/** How this process was started. Read once, before anything changes `process.argv`. */
export const started = readCommandLine(process.argv.slice(2));
