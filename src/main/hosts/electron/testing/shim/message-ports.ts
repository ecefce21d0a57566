import { EventEmitter } from 'node:events';
import type { Electron } from '../../electron-api.ts';

/**
 * A port of the main or a utility process. Messages wait until `start`; one that was given away can be given no second time.
 * Source: electronjs.org/docs/latest/api/message-port-main; electron/shell/browser/api/message_port.cc.
 */
export class MessagePortMain extends EventEmitter implements Electron.MessagePortMain {
  #port: MessagePort | undefined;
  #isStarted = false;

  constructor(port: MessagePort) {
    super();
    this.#port = port;
    port.addEventListener('close', () => this.#port === port && this.emit('close'));
  }

  /** Takes the port out of its wrapper, to be sent elsewhere. */
  static take(ports: readonly Electron.MessagePortMain[]): MessagePort[] {
    return ports.map((wrapped, index) => {
      const port = wrapped instanceof MessagePortMain ? wrapped.#port : undefined;
      if (!(wrapped instanceof MessagePortMain) || !port) {
        throw new Error(`Port at index ${index} is already neutered.`);
      }
      wrapped.#port = undefined;
      return port;
    });
  }

  postMessage(message: unknown, transfer: Electron.MessagePortMain[] = []): void {
    if (transfer.includes(this)) throw new Error('Port at index 0 contains the source port.');
    this.#port?.postMessage(message, MessagePortMain.take(transfer));
  }

  start(): void {
    const port = this.#port;
    if (!port || this.#isStarted) return;
    this.#isStarted = true;
    // In Node the first listener starts a port: before this there is none.
    port.addEventListener('message', (event) => {
      if (this.#port !== port) return;
      this.emit('message', { data: event.data, ports: event.ports.map((one) => new MessagePortMain(one)) });
    });
    port.start();
  }

  close(): void {
    this.#port?.close();
  }
}
