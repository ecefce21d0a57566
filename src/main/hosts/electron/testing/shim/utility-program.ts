// Runs a module as a utility process does: with `process.parentPort`, and without the module `electron`'s window parts.
import { EventEmitter } from 'node:events';
import { pathToFileURL } from 'node:url';
import type { Electron } from '../../electron-api.ts';
import { MessagePortMain } from './message-ports.ts';
import { createPortCarrier } from './page/port-carrier.ts';
import type { UtilityMessage } from './utility-process.ts';

const send = (message: UtilityMessage): void => {
  process.send?.(message);
};
const carrier = createPortCarrier((frame) => send({ kind: 'port', frame }), 2);

/**
 * Messages wait until somebody listens.
 * Source: electron/lib/utility/init.ts, where the first listener of `message` starts the port.
 */
class ParentPort extends EventEmitter implements Electron.ParentPort {
  #waiting: Electron.MessageEvent[] = [];

  constructor() {
    super();
    this.on('newListener', (name) => {
      if (name === 'message') setImmediate(() => this.#flush());
    });
  }

  take(event: Electron.MessageEvent): void {
    this.#waiting.push(event);
    this.#flush();
  }

  postMessage(data: unknown): void {
    send({ kind: 'message', data, ports: [] });
  }

  #flush(): void {
    if (this.listenerCount('message') === 0) return;
    for (const event of this.#waiting.splice(0)) this.emit('message', event);
  }
}

const parentPort = new ParentPort();
process.on('message', (message: UtilityMessage) => {
  if (message.kind === 'port') return carrier.receive(message.frame);
  const ports = message.ports.map(carrier.adopt).map((port) => new MessagePortMain(port));
  parentPort.take({ data: message.data, ports });
});
// A utility process ends with the program.
process.on('disconnect', () => process.exit(1));

const [, , entry = '', ...args] = process.argv;
Object.defineProperty(process, 'parentPort', { value: parentPort });
Object.defineProperty(process, 'type', { value: 'utility' });
process.argv = [process.execPath, entry, ...args];
await import(pathToFileURL(entry).href);
