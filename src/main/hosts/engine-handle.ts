import type { AnyRouter } from '@orpc/server';
import type { EngineClient } from '../../shared/contract/index.ts';

/** An engine that runs in this process, as a host needs it: handlers for its transport and a client for itself. */
export interface EngineHandle extends AsyncDisposable {
  readonly router: AnyRouter;
  readonly client: EngineClient;
}
