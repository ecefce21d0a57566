import type { QueryClient } from '@tanstack/react-query';
import type { Connection } from '../client/connection.ts';
import { EngineProvider } from '../client/engine-context.tsx';
import { ShellProvider } from './shell-provider.tsx';
import { WindowFrame } from './window-frame.tsx';

/** The whole window over a connection to an engine. */
export function App({
  connection,
  queryClient,
}: {
  readonly connection: Connection;
  readonly queryClient: QueryClient;
}) {
  return (
    <EngineProvider connection={connection} queryClient={queryClient}>
      <ShellProvider>
        <WindowFrame />
      </ShellProvider>
    </EngineProvider>
  );
}
