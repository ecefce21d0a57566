import { createRouterClient } from '@orpc/server';
import { callerErrors } from '../../shared/contract/client-errors.ts';
import type { EngineClient } from '../../shared/contract/index.ts';
import type { Engine } from './engine.ts';

/** The engine as seen from its own process: the same checks, errors and cancelling as over a transport, without one. */
export function createLocalClient(engine: Pick<Engine, 'router'>): EngineClient {
  return createRouterClient(engine.router, { interceptors: [callerErrors] });
}
