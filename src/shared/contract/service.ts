import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { syncPeriodsSchema, syncSchema } from '../model/sync.ts';
import { mutate, read, sourceRefSchema } from './procedure.ts';

const syncRefSchema = z.object({ syncId: z.string() });
const file = z.string().min(1).optional();

/** How a sync is asked for. */
export const startSyncSchema = sourceRefSchema.extend({
  url: z.string().min(1),
  once: z.boolean().default(false),
  importTo: z.string().min(1).optional(),
  tokenFile: file,
  caFile: file,
  certFile: file,
  keyFile: file,
});
export type StartSync = z.infer<typeof startSyncSchema>;

/** A team's cache service: keeping sources of this machine in step with one. */
export const service = {
  /** All syncs of this session, first at once and then whenever one changes. Those that are over stay until `forget`. */
  watch: read.output(eventIterator(z.array(syncSchema))),
  /**
   * Keeps a source in step with a service, or once with `once`. Files with credentials are named, never their contents.
   * `importTo`: a managed store that gets what the service has, under the name `team`.
   */
  start: mutate.input(startSyncSchema).output(syncRefSchema),
  /** Ends it with a last export. Answers when that is over. */
  stop: mutate.input(syncRefSchema).output(z.object({})),
  /** Does both rounds now, whatever they wait for. */
  hurry: mutate.input(syncRefSchema).output(z.object({})),
  /** Of this machine only; from the next wait on. */
  setPeriods: mutate.input(syncRefSchema.extend({ periods: syncPeriodsSchema.partial() })).output(z.object({})),
  /** Starts one that failed anew, under the same id. `CONFLICT` while it runs. */
  restart: mutate.input(syncRefSchema).output(z.object({})),
  /** Takes a sync that is over off the list. */
  forget: mutate.input(syncRefSchema).output(z.object({})),
};
