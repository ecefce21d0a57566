import { EventEmitter } from 'node:events';
import type { CDPSession } from '@playwright/test';
import { WebSocket } from 'ws';

/** One target of Chromium, or Chromium itself, over the DevTools protocol. */
export type DevToolsSession = Pick<CDPSession, 'on' | 'off' | 'once' | 'send'>;

/** A connection to Chromium, with as many sessions as it has targets that are looked at. */
export interface DevToolsConnection {
  readonly browser: DevToolsSession;
  /** The session that `Target.attachToTarget` named. */
  session(id: string): DevToolsSession;
  close(): void;
}

interface Answer {
  readonly id?: number;
  readonly sessionId?: string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** Connects to a browser's WebSocket address. Commands that wait when the connection ends are rejected. */
export async function connectDevTools(address: string): Promise<DevToolsConnection> {
  const socket = new WebSocket(address, { perMessageDeflate: false, maxPayload: 0 });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  const emitters = new Map<string, EventEmitter>();
  let last = 0;

  socket.on('message', (text: Buffer) => {
    const { id, sessionId = '', method, params, result, error } = JSON.parse(text.toString()) as Answer;
    if (id === undefined) {
      if (method !== undefined) emitters.get(sessionId)?.emit(method, params);
      return;
    }
    const call = waiting.get(id);
    waiting.delete(id);
    if (error) call?.reject(new Error(error.message));
    else call?.resolve(result);
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('Chromium has ended.'));
    waiting.clear();
  });

  const session = (sessionId: string): DevToolsSession => {
    const emitter = emitters.get(sessionId) ?? new EventEmitter().setMaxListeners(0);
    emitters.set(sessionId, emitter);
    return Object.assign(emitter, {
      send: (method: string, params: object = {}) =>
        new Promise((resolve, reject) => {
          if (socket.readyState !== WebSocket.OPEN) return reject(new Error('Chromium has ended.'));
          last += 1;
          waiting.set(last, { resolve, reject });
          socket.send(JSON.stringify({ id: last, method, params, ...(sessionId === '' ? {} : { sessionId }) }));
        }),
    }) as unknown as DevToolsSession;
  };
  return { browser: session(''), session, close: () => socket.terminate() };
}
