/** One side of the border between the page and the preload script, which share a window but no objects. */
export interface Crossing {
  /** Copies a value to the other side under a name; the other side's `onValue` gets it before this returns. */
  give(name: string, value: unknown): void;
}

/**
 * Makes one side of the context bridge. Functions and promises become proxies, everything else is copied; calls are
 * synchronous, since events of the DOM are dispatched at once and their `detail` is cloned between worlds. It stands alone:
 * its source runs in pages.
 * Source: electronjs.org/docs/latest/api/context-bridge, "Parameter / Error / Return Type support".
 */
export function createCrossing(own: string, other: string, onValue: (name: string, value: unknown) => void): Crossing {
  type Callable = (...args: unknown[]) => unknown;
  type Settle = { resolve(value: unknown): void; reject(error: unknown): void };
  interface Signal {
    readonly kind: 'give' | 'call' | 'return' | 'throw' | 'resolve' | 'reject';
    readonly id: number;
    readonly name?: string;
    readonly value: unknown;
  }
  const PROXY = 'electron-shim-proxy';
  const MAX_DEPTH = 1000;
  const functions = new Map<number, Callable>();
  const promises = new Map<number, Settle>();
  const returned = new Map<number, Signal>();
  let last = 0;

  const signal = (kind: Signal['kind'], id: number, value: unknown, name?: string): void => {
    const detail = { kind, id, value, ...(name === undefined ? {} : { name }) };
    window.dispatchEvent(new CustomEvent(other, { detail }));
  };

  const pack = (value: unknown, depth = 0): unknown => {
    // electron/shell/renderer/api/electron_api_context_bridge.cc, kMaxRecursion
    if (depth > MAX_DEPTH) throw new TypeError('Electron contextBridge recursion depth exceeded.');
    if (typeof value === 'symbol') return undefined;
    if (typeof value === 'function') {
      last += 1;
      functions.set(last, value as Callable);
      return { [PROXY]: 'function', id: last };
    }
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof Promise) {
      last += 1;
      const id = last;
      value.then(
        (result) => signal('resolve', id, pack(result)),
        (error) => signal('reject', id, pack(error)),
      );
      return { [PROXY]: 'promise', id };
    }
    if (Array.isArray(value)) return value.map((item) => pack(item, depth + 1));
    if (Object.prototype.toString.call(value) !== '[object Object]') return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, pack(item, depth + 1)]));
  };

  const unpack = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(unpack);
    if (Object.prototype.toString.call(value) !== '[object Object]') return value;
    const { [PROXY]: proxy, id } = value as { readonly [PROXY]?: 'function' | 'promise'; readonly id: number };
    if (proxy === 'function') return (...args: unknown[]) => call(id, args);
    if (proxy === 'promise') return new Promise((resolve, reject) => promises.set(id, { resolve, reject }));
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unpack(item)]));
  };

  const call = (id: number, args: readonly unknown[]): unknown => {
    last += 1;
    const turn = last;
    signal('call', id, { turn, args: pack(args) });
    const answer = returned.get(turn);
    returned.delete(turn);
    // The other side is gone with its document.
    if (!answer) return undefined;
    if (answer.kind === 'throw') throw unpack(answer.value);
    return unpack(answer.value);
  };

  const answerCall = (id: number, { turn, args }: { turn: number; args: unknown }): void => {
    try {
      const result = functions.get(id)?.(...(unpack(args) as unknown[]));
      signal('return', turn, pack(result));
    } catch (error) {
      signal('throw', turn, pack(error));
    }
  };

  window.addEventListener(own, (event) => {
    const { kind, id, name = '', value } = (event as CustomEvent<Signal>).detail;
    if (kind === 'give') onValue(name, unpack(value));
    else if (kind === 'call') answerCall(id, value as { turn: number; args: unknown });
    else if (kind === 'return' || kind === 'throw') returned.set(id, { kind, id, value });
    else if (kind === 'resolve') promises.get(id)?.resolve(unpack(value));
    else promises.get(id)?.reject(unpack(value));
  });

  return { give: (name, value) => signal('give', 0, pack(value), name) };
}
