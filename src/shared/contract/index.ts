import type { ContractRouterClient } from '@orpc/contract';
import { app } from './app.ts';
import { collect } from './collect.ts';
import { graph } from './graph.ts';
import { jobs } from './jobs.ts';
import { keys } from './keys.ts';
import { layers } from './layers.ts';
import { localService } from './local-service.ts';
import { overview } from './overview.ts';
import { prune } from './prune.ts';
import { service } from './service.ts';
import { settings } from './settings.ts';
import { sources } from './sources.ts';
import { transfer } from './transfer.ts';
import { verify } from './verify.ts';

/** The only thing that both sides of a process border know. A table of contents. */
export const contract = {
  app,
  sources,
  overview,
  keys,
  graph,
  layers,
  verify,
  prune,
  collect,
  transfer,
  service,
  localService,
  jobs,
  settings,
};

/** The contract as its caller sees it, whatever the transport. */
export type EngineClient = ContractRouterClient<typeof contract>;
