import { RPCHandler } from '@orpc/server/message-port';
import { composeEngine } from '../compose.ts';
import { createEngineEntry } from './engine-entry.ts';

const engine = composeEngine({ host: 'electron', environment: process.env });
const entry = createEngineEntry({
  accept: async (port) => new RPCHandler((await engine).router).upgrade(port),
  stop: async () => {
    await (await engine)[Symbol.asyncDispose]();
    process.exit(0);
  },
});
process.parentPort.on('message', entry);
