import { RPCLink } from '@orpc/client/message-port';
import { CacheError } from '../../shared/base/errors.ts';
import { type DesktopBridge, ENGINE_PORT_MESSAGE } from '../../shared/contract/bridge.ts';
import { greetingSchema } from '../../shared/contract/greeting.ts';
import { EngineStartError, type Session, type Transport } from './transport.ts';

/** How long the engine's process may take to start and to open its folders. It is not reading a cache. */
const START_TIMEOUT_MS = 15_000;

/** The page, as far as the port reaches it. */
type Page = Pick<Window, 'addEventListener' | 'removeEventListener'>;

/**
 * Reaches the engine's process of the desktop host over a MessagePort that the preload hands over. A port says nothing of
 * the engine behind it: the connection is open when the engine greets.
 */
export function createMessagePortTransport(
  bridge: Pick<DesktopBridge, 'connect'>,
  page: Page = window,
  timeoutMs = START_TIMEOUT_MS,
): Transport {
  return {
    async connect() {
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), timeoutMs);
      try {
        const port = await nextPort(bridge, page, late.signal);
        await greeted(port, late.signal);
        return sessionOf(port);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function nextPort(bridge: Pick<DesktopBridge, 'connect'>, page: Page, late: AbortSignal): Promise<MessagePort> {
  return new Promise((resolve, reject) => {
    const give = (event: MessageEvent): void => {
      const port = event.ports[0];
      if (event.source !== page || event.data !== ENGINE_PORT_MESSAGE || !port) return;
      page.removeEventListener('message', give);
      resolve(port);
    };
    late.addEventListener('abort', () => {
      page.removeEventListener('message', give);
      reject(new EngineStartError(tooLate()));
    });
    page.addEventListener('message', give);
    bridge.connect();
  });
}

/** Resolves when the engine says that it serves; closes the port and rejects with the reason where it does not. */
async function greeted(port: MessagePort, late: AbortSignal): Promise<void> {
  const done = new AbortController();
  const { signal } = done;
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (reason: CacheError): void => reject(new EngineStartError(reason));
      const listen = (event: MessageEvent): void => {
        const { data: greeting } = greetingSchema.safeParse(event.data);
        if (greeting?.engine === 'ready') resolve();
        if (greeting?.engine === 'failed') fail(CacheError.fromData(greeting.error));
      };
      port.addEventListener('message', listen, { signal });
      port.addEventListener('close', () => fail(endedEarly()), { signal });
      late.addEventListener('abort', () => fail(tooLate()), { signal });
      port.start();
    });
  } catch (error) {
    port.close();
    throw error;
  } finally {
    done.abort();
  }
}

const LOG_HINT = 'The file errors.log in the state folder may say more.';

function endedEarly(): CacheError {
  return new CacheError('UNAVAILABLE', 'The engine ended while it was starting.', { hint: LOG_HINT });
}

function tooLate(): CacheError {
  return new CacheError('UNAVAILABLE', 'The engine has not started in time.', { hint: LOG_HINT });
}

function sessionOf(port: MessagePort): Session {
  const closed = new Promise<void>((done) => port.addEventListener('close', () => done(), { once: true }));
  return { link: new RPCLink({ port }), closed, close: () => port.close() };
}
