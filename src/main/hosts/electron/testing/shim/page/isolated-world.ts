import type { Codec } from './codec.ts';
import type { Crossing } from './crossing.ts';
import type { PortCarrier, PortFrame } from './port-carrier.ts';

/** What a page sends to the main process, as JSON. Values in it have been through the codec. */
export type FromPage =
  | { readonly kind: 'document'; readonly address: string }
  | { readonly kind: 'send'; readonly channel: string; readonly data: unknown; readonly ports: readonly number[] }
  | { readonly kind: 'invoke'; readonly id: number; readonly channel: string; readonly data: unknown }
  | { readonly kind: 'port'; readonly frame: unknown }
  | { readonly kind: 'key'; readonly key: string; readonly code: string; readonly modifiers: readonly string[] }
  | { readonly kind: 'preload-error'; readonly stack: string };

/** What the main process sends to a page. */
export type ToPage =
  | { readonly kind: 'message'; readonly channel: string; readonly data: unknown; readonly ports: readonly number[] }
  | { readonly kind: 'reply'; readonly id: number; readonly data: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly message: string }
  | { readonly kind: 'port'; readonly frame: unknown };

/** Parts of which the script is put together; each function stands alone. */
export interface IsolatedWorldParts {
  readonly createCodec: () => Codec;
  readonly createCrossing: (own: string, other: string, onValue: (name: string, value: unknown) => void) => Crossing;
  readonly createPortCarrier: (send: (frame: PortFrame) => void, first: 1 | 2) => PortCarrier;
  readonly own: string;
  readonly other: string;
  /** Name of the global function through which the page reaches the main process, and of the one for the way back. */
  readonly binding: string;
  readonly receive: string;
  readonly preload:
    | ((require: (name: string) => unknown, module: { exports: object }, exports: object) => void)
    | undefined;
}

type Listener = (event: unknown, ...args: unknown[]) => void;

/** Runs in the preload's own world, before any script of the page: the modules that the preload may require, and the preload. */
export function isolatedWorld(parts: IsolatedWorldParts): void {
  // A preload runs in the main frame only, unless `nodeIntegrationInSubFrames` is set:
  // electronjs.org/docs/latest/api/structures/web-preferences
  if (window !== window.top) return;
  const codec = parts.createCodec();
  const reach = (globalThis as unknown as Record<string, (json: string) => void>)[parts.binding];
  const tell = (message: FromPage): void => reach?.(JSON.stringify(message));
  const carrier = parts.createPortCarrier((frame) => tell({ kind: 'port', frame: codec.encode(frame) }), 1);
  const crossing = parts.createCrossing(parts.own, parts.other, () => undefined);

  class Emitter {
    readonly #listeners = new Map<string, { listener: Listener; call: Listener }[]>();
    on(name: string, listener: Listener, call = listener): this {
      this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), { listener, call }]);
      return this;
    }
    once(name: string, listener: Listener): this {
      return this.on(name, listener, (...args) => {
        this.off(name, listener);
        listener(...args);
      });
    }
    off(name: string, listener: Listener): this {
      this.#listeners.set(
        name,
        (this.#listeners.get(name) ?? []).filter((one) => one.listener !== listener),
      );
      return this;
    }
    emit(name: string, event: unknown, ...args: unknown[]): boolean {
      const all = this.#listeners.get(name) ?? [];
      for (const { call } of all) call(event, ...args);
      return all.length > 0;
    }
    addListener = this.on;
    removeListener = this.off;
    removeAllListeners(name: string): this {
      this.#listeners.delete(name);
      return this;
    }
  }

  const replies = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let lastCall = 0;
  const ipcRenderer = Object.assign(new Emitter(), {
    send: (channel: string, ...args: unknown[]) => tell({ kind: 'send', channel, data: codec.encode(args), ports: [] }),
    postMessage(channel: string, message: unknown, transfer: readonly MessagePort[] = []): void {
      const data = codec.encode([message]);
      tell({ kind: 'send', channel, data, ports: transfer.map(carrier.hand) });
    },
    async invoke(channel: string, ...args: unknown[]): Promise<unknown> {
      const data = codec.encode(args);
      lastCall += 1;
      const id = lastCall;
      return new Promise((resolve, reject) => {
        replies.set(id, { resolve, reject });
        tell({ kind: 'invoke', id, channel, data });
      });
    },
  });

  const webUtils = {
    getPathForFile(file: File): string {
      if (!(file instanceof File)) throw new TypeError('getPathForFile expected to receive a File object.');
      // The main process looks at `file` and fills `answer` while this stands still: the path must be there at once.
      const answer = { path: '' };
      // biome-ignore lint/suspicious/noDebugger: it is how the page waits for another process
      debugger;
      return answer.path;
    },
  };

  const contextBridge = {
    exposeInMainWorld(key: string, api: unknown): void {
      crossing.give(key, api);
    },
  };
  const electron = { contextBridge, ipcRenderer, webUtils };
  // The list of electronjs.org/docs/latest/tutorial/sandbox, "Preload scripts", as far as pages have the like.
  const modules: Readonly<Record<string, unknown>> = {
    electron,
    events: { EventEmitter: Emitter },
    timers: { setTimeout, setInterval, clearTimeout, clearInterval },
    url: { URL, URLSearchParams },
  };

  const receive = (message: ToPage): void => {
    if (message.kind === 'port') carrier.receive(codec.decode(message.frame) as PortFrame);
    else if (message.kind === 'message') {
      const ports = message.ports.map(carrier.adopt);
      const args = codec.decode(message.data) as unknown[];
      ipcRenderer.emit(message.channel, { sender: ipcRenderer, ports }, ...args);
    } else {
      const call = replies.get(message.id);
      replies.delete(message.id);
      if (message.kind === 'reply') call?.resolve(codec.decode(message.data));
      else call?.reject(new Error(message.message));
    }
  };
  Object.defineProperty(globalThis, parts.receive, { value: receive });

  // A page gets its keys first; what it leaves alone reaches the menu:
  // electronjs.org/docs/latest/tutorial/keyboard-shortcuts
  window.addEventListener('keydown', (event) => {
    const modifiers = (['ctrlKey', 'altKey', 'metaKey', 'shiftKey'] as const).filter((name) => event[name]);
    const { key, code } = event;
    setTimeout(() => event.defaultPrevented || tell({ kind: 'key', key, code, modifiers }));
  });

  tell({ kind: 'document', address: location.href });
  const module = { exports: {} };
  const require = (name: string): unknown => {
    const found = modules[name.replace(/^node:/, '')];
    if (found === undefined) throw new Error(`module not found: ${name}`);
    return found;
  };
  try {
    parts.preload?.(require, module, module.exports);
  } catch (error) {
    tell({ kind: 'preload-error', stack: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
