// Runs a bundled engine as Electron's utility process does, on Node alone: gives it a `parentPort`, a port, and asks it to
// open and verify the sample. Prints what it answered as JSON; where the engine does not start, its greeting and reports.
import { EventEmitter, once } from 'node:events';
import { MessageChannel, type MessagePort as NodePort } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { EngineClient } from '../../src/shared/contract/index.ts';

type Port = ConstructorParameters<typeof RPCLink>[0]['port'];

const [, , bundle = ''] = process.argv;
const reports: unknown[] = [];
const parentPort = Object.assign(new EventEmitter(), { postMessage: (report: unknown) => reports.push(report) });
Object.assign(process, { parentPort });
await import(bundle);

const { port1, port2 } = new MessageChannel();
parentPort.emit('message', { data: 'connect', ports: [asElectron(port2)] });
const [greeting] = await once(port1, 'message');
if (greeting.engine !== 'ready') {
  process.stdout.write(JSON.stringify({ greeting, reports }));
  port1.close();
  // The engine ends the process.
  await new Promise(() => setInterval(() => undefined, 1_000));
}
const engine = createORPCClient<EngineClient>(new RPCLink({ port: port1 as unknown as Port }));

const { host, sample } = await engine.app.info();
const { source, jobId } = await engine.sources.open({ location: sample });
await ended(jobId);
const { jobId: verifyId } = await engine.verify.start({ sourceId: source.id });
await ended(verifyId);
const result = (await engine.jobs.get({ jobId: verifyId })).result;
const damaged = result?.kind === 'verify' ? result.report.missing.length + result.report.corrupt.length : undefined;
const { state } = await engine.sources.get({ sourceId: source.id });
process.stdout.write(JSON.stringify({ host, state, damaged }));
port1.close();
parentPort.emit('message', { data: 'stop', ports: [] });

async function ended(id: string): Promise<void> {
  for await (const _jobs of await engine.jobs.watch({ jobId: id }));
}

/** A port of Node in the form of Electron's: events carry `{ data }`, and nothing is read before `start`. */
function asElectron(port: NodePort): object {
  const events = new EventEmitter();
  port.once('close', () => events.emit('close'));
  return Object.assign(events, {
    postMessage: (data: unknown) => port.postMessage(data),
    start: () => port.on('message', (data: unknown) => events.emit('message', { data })),
    close: () => port.close(),
  });
}
