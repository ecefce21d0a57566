import { createRouterClient } from '@orpc/server';
import { type Connection, createConnection } from '../connection.ts';
import type { Transport } from '../transport.ts';
import { createFakeRouter } from './fake-engine.ts';

type Callable = (input: unknown, options: object) => Promise<unknown>;

/** A transport to an engine in this page, with the same data every time. For `?fake` in development and for unit tests. */
export function createFakeTransport(): Transport {
  const client = createRouterClient(createFakeRouter()) as unknown as Record<string, Record<string, Callable>>;
  const link = {
    call: async (path: readonly string[], input: unknown, options: object): Promise<unknown> => {
      const [area = '', procedure = ''] = path;
      const call = client[area]?.[procedure];
      if (!call) throw new Error(`The fake engine has no ${path.join('.')}.`);
      return call(input, options);
    },
  };
  return { connect: async () => ({ link, closed: new Promise<void>(() => {}), close: () => {} }) };
}

/** A connection to a fresh fake engine. */
export function createFakeConnection(): Connection {
  return createConnection(createFakeTransport());
}
