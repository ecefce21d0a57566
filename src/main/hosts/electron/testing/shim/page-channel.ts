import type { DevToolsSession } from './devtools.ts';
import { createCodec } from './page/codec.ts';
import type { FromPage, ToPage } from './page/isolated-world.ts';
import { createPortCarrier, type PortCarrier, type PortFrame } from './page/port-carrier.ts';
import { BINDING, RECEIVE, WORLD } from './page/scripts.ts';

/** What a document asks of the main process. */
export interface PageListeners {
  /** A document has begun: every message after this is its own. */
  document(address: string): void;
  send(channel: string, args: readonly unknown[], ports: readonly MessagePort[]): void;
  invoke(channel: string, args: readonly unknown[]): Promise<unknown>;
  key(key: string, code: string, modifiers: readonly string[]): void;
}

const codec = createCodec();

/** Carries messages between the main process and the document that a page shows. */
export class PageChannel {
  readonly #session: DevToolsSession;
  readonly #listeners: PageListeners;
  #context: number | undefined;
  #carrier: PortCarrier | undefined;

  constructor(session: DevToolsSession, frameId: string, listeners: PageListeners) {
    this.#session = session;
    this.#listeners = listeners;
    session.on('Runtime.executionContextCreated', ({ context }) => {
      const { frameId: within } = context.auxData as { readonly frameId?: string };
      if (context.name === WORLD && within === frameId) this.#begin(context.id);
    });
    session.on('Runtime.executionContextDestroyed', ({ executionContextId }) => {
      if (executionContextId === this.#context) this.end();
    });
    session.on('Runtime.executionContextsCleared', () => this.end());
    session.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name === BINDING && executionContextId === this.#context) this.#take(JSON.parse(payload) as FromPage);
    });
  }

  /** Sends to the document that is there now; where none runs the preload, nobody gets it. */
  send(channel: string, args: readonly unknown[], ports: readonly MessagePort[] = []): void {
    // "An object could not be cloned" is the caller's to see, whether or not somebody listens.
    const data = codec.encode([...args]);
    if (!this.#carrier) return;
    this.#post({ kind: 'message', channel, data, ports: ports.map(this.#carrier.hand) });
  }

  /** The document is gone: its ports close. */
  end(): void {
    this.#context = undefined;
    this.#carrier?.close();
    this.#carrier = undefined;
  }

  #begin(context: number): void {
    this.end();
    this.#context = context;
    this.#carrier = createPortCarrier((frame) => {
      if (this.#context === context) this.#post({ kind: 'port', frame: codec.encode(frame) });
    }, 2);
  }

  #take(message: FromPage): void {
    const { kind } = message;
    if (kind === 'document') this.#listeners.document(message.address);
    else if (kind === 'port') this.#carrier?.receive(codec.decode(message.frame) as PortFrame);
    else if (kind === 'key') this.#listeners.key(message.key, message.code, message.modifiers);
    else if (kind === 'preload-error') process.stderr.write(`Unable to load preload script: ${message.stack}\n`);
    else {
      const args = codec.decode(message.data) as unknown[];
      if (kind === 'invoke') void this.#answer(message.id, message.channel, args);
      else {
        const ports = message.ports.flatMap((port) => this.#carrier?.adopt(port) ?? []);
        this.#listeners.send(message.channel, args, ports);
      }
    }
  }

  async #answer(id: number, channel: string, args: readonly unknown[]): Promise<void> {
    const context = this.#context;
    const answer: ToPage = await this.#listeners.invoke(channel, args).then(
      (value) => ({ kind: 'reply', id, data: codec.encode(value) }),
      (error: Error) => ({ kind: 'refusal', id, message: error.message }),
    );
    if (this.#context === context) this.#post(answer);
  }

  #post(message: ToPage): void {
    if (this.#context === undefined) return;
    const expression = `${RECEIVE}(${JSON.stringify(message)})`;
    this.#session.send('Runtime.evaluate', { expression, contextId: this.#context }).catch(() => undefined);
  }
}
