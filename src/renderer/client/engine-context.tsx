import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useSyncExternalStore } from 'react';
import type { EngineClient } from '../../shared/contract/index.ts';
import type { Connection, ConnectionState } from './connection.ts';
import { followEngine } from './follow.ts';

const ConnectionContext = createContext<Connection | undefined>(undefined);

/** Gives everything below it the engine, the query cache, and the lists of sources and jobs kept up to date. */
export function EngineProvider({
  connection,
  queryClient,
  children,
}: {
  readonly connection: Connection;
  readonly queryClient: QueryClient;
  readonly children: ReactNode;
}) {
  useEffect(() => followEngine(connection, queryClient), [connection, queryClient]);
  return (
    <ConnectionContext value={connection}>
      <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
    </ConnectionContext>
  );
}

/** The connection that `EngineProvider` was given. */
export function useConnection(): Connection {
  const connection = useContext(ConnectionContext);
  if (!connection) throw new Error('useConnection needs an EngineProvider above it.');
  return connection;
}

/** The engine, to call a procedure that changes something. For reads, `useRead` keeps the answer. */
export function useEngine(): EngineClient {
  return useConnection().engine;
}

/** Whether the engine can be reached now. */
export function useConnectionState(): ConnectionState {
  const { state } = useConnection();
  return useSyncExternalStore(state.subscribe, state.get);
}
