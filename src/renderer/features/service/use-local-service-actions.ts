import { useState } from 'react';
import { useShell } from '../../base/shell-context.ts';
import { useEngine } from '../../client/engine-context.tsx';
import type { LocalServiceWish } from './start-local-service-form.tsx';

/** What can be done to the service of this machine, and why it was not started the last time. */
export function useLocalServiceActions() {
  const engine = useEngine();
  const { fail, announce } = useShell();
  const [error, setError] = useState<unknown>();
  return {
    error,
    async start(wish: LocalServiceWish): Promise<void> {
      setError(undefined);
      try {
        const { url } = await engine.localService.start(wish);
        announce(`The service runs at ${url}`);
      } catch (thrown) {
        setError(thrown);
      }
    },
    async stop(): Promise<void> {
      setError(undefined);
      try {
        await engine.localService.stop();
        announce('The service is stopped');
      } catch (thrown) {
        fail('The service did not stop in good order', thrown);
      }
    },
  };
}
