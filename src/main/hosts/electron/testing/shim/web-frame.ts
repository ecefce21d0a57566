import type { Electron } from '../../electron-api.ts';

let lastToken = 0;

/**
 * One document in a window's main frame. Another document in the same frame is another object, and this one is dead.
 * Source: electronjs.org/docs/latest/api/web-frame-main; `senderFrame` of ipc-main-event.
 */
export class WebFrame
  implements Pick<Electron.WebFrameMain, 'url' | 'origin' | 'processId' | 'routingId' | 'detached'>
{
  readonly processId = process.pid;
  /** The shim knows main frames only: a preload runs in no other. */
  readonly parent = null;
  readonly routingId: number;
  #address: string;
  #isDisposed = false;

  constructor(address: string) {
    lastToken += 1;
    this.routingId = lastToken;
    this.#address = address;
  }

  get url(): string {
    if (this.#isDisposed) throw new Error('Render frame was disposed before WebFrameMain could be accessed');
    return this.#address;
  }
  get origin(): string {
    const { protocol, host } = new URL(this.url);
    return `${protocol}//${host}`;
  }
  get detached(): boolean {
    return this.#isDisposed;
  }

  /** The address changed within the document. */
  move(address: string): void {
    this.#address = address;
  }
  dispose(): void {
    this.#isDisposed = true;
  }
  isDestroyed(): boolean {
    return this.#isDisposed;
  }
}
