import { RPCHandler } from '@orpc/server/message-port';
import { composeEngine } from '../compose.ts';
import { openSampleFirst } from '../first-source.ts';
import { createEngineEntry } from './engine-entry.ts';

const engine = composeEngine({ host: 'electron', environment: process.env });
engine
  .then(({ client }) => openSampleFirst(client))
  // The window says that the engine does not answer; why is for who looks at the terminal.
  .catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
const entry = createEngineEntry({
  accept: async (port) => new RPCHandler((await engine).router).upgrade(port),
  stop: async () => {
    await (await engine)[Symbol.asyncDispose]();
    process.exit(0);
  },
});
process.parentPort.on('message', entry);
