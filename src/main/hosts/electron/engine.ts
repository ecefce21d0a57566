import { homedir } from 'node:os';
import { inspect } from 'node:util';
import { RPCHandler } from '@orpc/server/message-port';
import { toCacheError } from '../../../shared/base/errors.ts';
import { openSampleFirst } from '../first-source.ts';
import { createEngineEntry } from './engine-entry.ts';
import type { EngineReport } from './engine-process.ts';
import { pathWithHelpers } from './helper-folders.ts';
import { reportRunningJobs } from './report-jobs.ts';

const { parentPort } = process;
const report = (message: EngineReport): void => parentPort.postMessage(message);

// Ctrl-C reaches every process of a terminal. The main process ends this one in good order.
process.on('SIGINT', () => undefined);

process.env.PATH = pathWithHelpers(process.env.PATH ?? '', process.platform, homedir());

// Imported here and not above, so that a native part that does not load is a failure like any other.
const engine = import('../compose.ts').then(({ composeEngine }) =>
  composeEngine({ host: 'electron', environment: process.env }),
);
engine.catch((error: unknown) => {
  report({ kind: 'failed', text: inspect(error) });
  process.stderr.write(`${toCacheError(error).message}\n`);
});
engine
  .then(async ({ client }) => {
    reportRunningJobs(client, (titles) => report({ kind: 'jobs', titles })).catch(() => undefined);
    await openSampleFirst(client);
  })
  // Without an engine the window has been told; a sample that does not open shows its failure in the list.
  .catch(() => undefined);

parentPort.on(
  'message',
  createEngineEntry({
    accept: async (port) => new RPCHandler((await engine).router).upgrade(port),
    stop: async () => (await engine)[Symbol.asyncDispose](),
    exit: (code) => process.exit(code),
  }),
);
