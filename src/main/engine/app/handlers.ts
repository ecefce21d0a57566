import type { z } from 'zod';
import type { contract } from '../../../shared/contract/index.ts';
import type { Implementer } from '../implementer.ts';

type InfoProcedure = (typeof contract)['app']['info']['~orpc'];

/** What the program around the engine is: the answer of `app.info`. */
export type AppInfo = z.infer<NonNullable<InfoProcedure['outputSchema']>>;

/** `app` of the contract. */
export function createAppHandlers(os: Implementer['app'], info: AppInfo) {
  return { info: os.info.handler(() => info) };
}
